from prometheus_client.openmetrics.exposition import generate_latest

from shared.observability.metrics import Metrics, exemplar
from shared.observability.trace_export import recorded_spans
from shared.observability.tracing import span

EXPECTED = {
    "append_group_size",
    "append_seconds",
    "audit_records",
    "broker_refusals",
    "build_info",
    "clock_skew_seconds",
    "consumer_duplicates",
    "consumer_gaps",
    "consumer_lag",
    "consumer_partitions",
    "database_size_bytes",
    "dead_lettered",
    "dead_letters",
    "disk_free_bytes",
    "disk_size_bytes",
    "erasures_overdue",
    "erasures_pending",
    "handler_seconds",
    "http_request_seconds",
    "outbox_depth",
    "outbox_oldest_seconds",
    "parked_keys",
    "provider_errors",
    "provider_seconds",
    "provider_up",
    "read_model_lag_seconds",
    "ready",
    "relay_leading",
    "relay_published",
    "relay_seconds",
    "relay_unpublished",
    "retention_due",
    "stream_missing",
    "stream_size_bytes",
    "timers_overdue",
    "timers_overdue_seconds",
}


def test_the_names_are_those_that_dashboards_and_alerts_know() -> None:
    """A name that changes here changes in infra/prometheus and infra/grafana too."""
    names = {family.name for family in Metrics().registry.collect()}
    assert {name.removeprefix("yanzhen_") for name in names if name.startswith("yanzhen_")} == EXPECTED


def test_two_services_in_one_process_do_not_share_counts() -> None:
    one, other = Metrics(), Metrics()
    one.provider_errors.labels("sms", "timeout").inc()
    assert one.registry.get_sample_value("yanzhen_provider_errors_total", {"provider": "sms", "kind": "timeout"}) == 1
    assert (
        other.registry.get_sample_value("yanzhen_provider_errors_total", {"provider": "sms", "kind": "timeout"}) is None
    )


def test_an_observation_leads_to_its_trace_where_there_is_one_to_go_to() -> None:
    metrics = Metrics()
    with recorded_spans(), span("append"):
        found = exemplar()
        assert found is not None
        metrics.append_seconds.observe(0.003, found)
    with span("unrecorded"):
        assert exemplar() is None
        metrics.append_seconds.observe(0.003, exemplar())
    exposition: bytes = generate_latest(metrics.registry)  # type: ignore[no-untyped-call]
    assert f'trace_id="{found["trace_id"]}"' in exposition.decode()
