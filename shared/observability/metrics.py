"""Every metric there is, by name, in one place: what is not here is on no dashboard and in no alert.

One registry per service, not the global one: several services may share a process, and tests must not share counts.
Labels take values from small closed sets (types, routes, outcomes), never ids: every value is a series kept for ever.
"""

from typing import Final

from opentelemetry import trace
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

_LATENCY: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds. From one fsync to the longest that anybody waits."""

_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Metrics:
    """The metrics of one service. Times in seconds, sizes in items."""

    def __init__(self) -> None:
        # Off for the whole process: a creation time beside every series makes half as many again, for no graph.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

        # Append and relay
        self.append_seconds = self._histogram("append_seconds", "Append, from call to commit", _LATENCY)
        self.append_group_size = self._histogram("append_group_size", "Commands that shared one commit", _SIZES)
        self.outbox_depth = self._gauge("outbox_depth", "Rows that have no position yet")
        self.outbox_oldest_seconds = self._gauge("outbox_oldest_seconds", "Age of the oldest row without a position")
        self.relay_unpublished = self._gauge("relay_unpublished", "Last position minus last sequence of the stream")

        self.broker_refusals = self._counter("broker_refusals", "Refused by the broker's permissions", "kind")

        # Consumers
        self.consumer_lag = self._gauge("consumer_lag", "Messages between the cursor and the end", "consumer", "source")
        self.consumer_gaps = self._counter("consumer_gaps", "Gaps met, each healed by reopening", "consumer", "source")
        self.consumer_duplicates = self._counter(
            "consumer_duplicates", "Messages skipped since they took effect before", "consumer", "source"
        )
        self.handler_seconds = self._histogram(
            "handler_seconds", "Handling of one message or batch", _LATENCY, "consumer", "type", "outcome"
        )
        self.read_model_lag_seconds = self._gauge(
            "read_model_lag_seconds", "Age of the last event applied to a read model", "read_model"
        )
        self.dead_letters = self._gauge("dead_letters", "Messages set aside, waiting for a decision", "consumer")
        self.parked_keys = self._gauge("parked_keys", "Keys that wait behind a dead letter", "consumer")

        # Processes and providers
        self.timers_overdue = self._gauge("timers_overdue", "Timers that are due and have not fired")
        self.provider_errors = self._counter("provider_errors", "Calls that a provider failed", "provider", "kind")

        # Personal data
        self.erasures_pending = self._gauge("erasures_pending", "Erasures asked for and not carried out yet")
        self.erasures_overdue = self._gauge("erasures_overdue", "Erasures not carried out by their due date")
        self.retention_due = self._gauge("retention_due", "Records kept longer than their class says", "class_")
        self.audit_records = self._gauge("audit_records", "Records in the audit trail")

        # HTTP
        self.http_seconds = self._histogram(
            "http_request_seconds",
            "Requests, from first byte in to last byte out",
            _LATENCY,
            "route",
            "method",
            "status",
        )

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"yanzhen_{name}", meaning, labels, registry=self.registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"yanzhen_{name}", meaning, labels, registry=self.registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"yanzhen_{name}", meaning, labels, registry=self.registry, buckets=buckets)


def exemplar() -> dict[str, str] | None:
    """The current trace, to go with an observation: the way from a slow bucket to a trace that was slow.

    None where the trace is not sampled, since nobody could look it up.
    """
    current = trace.get_current_span().get_span_context()
    return {"trace_id": f"{current.trace_id:032x}"} if current.trace_flags.sampled else None
