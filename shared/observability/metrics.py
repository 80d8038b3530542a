"""Every metric that all services have, by name, in one place; a service adds its own (`ServiceDefinition.measures`).

One registry per service, not the global one: several services may share a process, and tests must not share counts.
Labels take values from small closed sets (types, routes, outcomes), never ids: every value is a series kept for ever.
"""

from collections.abc import Sequence
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
        self.append_seconds = self.histogram("append_seconds", "Append, from call to commit", _LATENCY)
        self.append_group_size = self.histogram("append_group_size", "Works that shared one transaction", _SIZES)
        self.outbox_depth = self.gauge("outbox_depth", "Rows that have no position yet")
        self.outbox_oldest_seconds = self.gauge("outbox_oldest_seconds", "Age of the oldest row without a position")
        self.relay_leading = self.gauge("relay_leading", "1 where this process is the one that publishes")
        self.relay_unpublished = self.gauge("relay_unpublished", "Last position minus last sequence of the stream")
        self.relay_seconds = self.histogram(
            "relay_seconds", "Publishing of one batch, until the broker has it", _LATENCY
        )
        self.relay_published = self.counter("relay_published", "Messages published")

        self.broker_refusals = self.counter("broker_refusals", "Refused by the broker's permissions", "kind")

        # Consumers
        self.consumer_lag = self.gauge(
            "consumer_lag",
            "Positions between the cursor and the end, of the partition furthest behind",
            "consumer",
            "source",
        )
        self.consumer_partitions = self.gauge(
            "consumer_partitions", "Partitions that this replica reads; all replicas together read each once", "consumer",
            "source",
        )  # fmt: skip
        self.consumer_gaps = self.counter("consumer_gaps", "Gaps met, each healed by reopening", "consumer", "source")
        self.consumer_duplicates = self.counter(
            "consumer_duplicates", "Messages skipped since they took effect before", "consumer", "source"
        )
        self.handler_seconds = self.histogram(
            "handler_seconds", "Handling of one message or batch", _LATENCY, "consumer", "source", "type", "outcome"
        )
        self.read_model_lag_seconds = self.gauge(
            "read_model_lag_seconds", "Time since a read model was last level with its source", "read_model", "source"
        )
        self.dead_letters = self.gauge("dead_letters", "Messages set aside, waiting for a decision", "consumer")
        self.dead_lettered = self.counter("dead_lettered", "Messages set aside, ever", "consumer", "type", "code")
        self.parked_keys = self.gauge("parked_keys", "Keys that wait behind a dead letter", "consumer")

        # Processes and providers
        self.timers_overdue = self.gauge("timers_overdue", "Timers that are due and have not fired")
        self.timers_overdue_seconds = self.gauge("timers_overdue_seconds", "How late the latest of them is")
        self.provider_seconds = self.histogram(
            "provider_seconds", "Calls to a provider", _LATENCY, "provider", "outcome"
        )
        self.provider_errors = self.counter("provider_errors", "Calls that a provider failed", "provider", "kind")
        self.provider_up = self.gauge("provider_up", "0 while nobody is there to take messages", "provider")

        # Personal data
        self.erasures_pending = self.gauge("erasures_pending", "Erasures asked for and not carried out yet")
        self.erasures_overdue = self.gauge("erasures_overdue", "Erasures not carried out by their due date")
        self.retention_due = self.gauge("retention_due", "Records kept longer than their class says", "class_")
        self.audit_records = self.gauge("audit_records", "Records in the audit trail")

        # HTTP
        self.http_seconds = self.histogram(
            "http_request_seconds",
            "Requests, from first byte in to last byte out",
            _LATENCY,
            "route",
            "method",
            "status",
        )

        # The process and what it stands on
        self.build_info = self.gauge("build_info", "1, for the release that runs", "service", "version")
        self.ready = self.gauge("ready", "1 while every check of readiness is green")
        self.clock_skew_seconds = self.gauge("clock_skew_seconds", "How far our clock is ahead of another's", "of")
        self.database_size_bytes = self.gauge("database_size_bytes", "What the service's database takes")
        self.stream_size_bytes = self.gauge("stream_size_bytes", "What the service's stream takes at the broker")
        self.stream_missing = self.gauge(
            "stream_missing",
            "Messages that its stream lacks before its end, as the broker says or a reader found",
            "by",
        )
        self.disk_free_bytes = self.gauge("disk_free_bytes", "Free in the watched directory")
        self.disk_size_bytes = self.gauge("disk_size_bytes", "Size of the disk of the watched directory")

    def gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        """A gauge named `yanzhen_<name>`."""
        return Gauge(f"yanzhen_{name}", meaning, labels, registry=self.registry)

    def counter(self, name: str, meaning: str, *labels: str) -> Counter:
        """A counter named `yanzhen_<name>_total`."""
        return Counter(f"yanzhen_{name}", meaning, labels, registry=self.registry)

    def histogram(self, name: str, meaning: str, buckets: Sequence[float], *labels: str) -> Histogram:
        """A histogram named `yanzhen_<name>`."""
        return Histogram(f"yanzhen_{name}", meaning, labels, registry=self.registry, buckets=buckets)


def exemplar() -> dict[str, str] | None:
    """The current trace, to go with an observation: the way from a slow bucket to a trace that was slow.

    None where the trace is not sampled, since nobody could look it up.
    """
    current = trace.get_current_span().get_span_context()
    return {"trace_id": f"{current.trace_id:032x}"} if current.trace_flags.sampled else None
