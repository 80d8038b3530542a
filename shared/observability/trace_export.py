"""Where spans go: to an OTLP endpoint if one is configured, else nowhere."""

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_ON,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

from shared.observability.provisional import Keeper
from shared.observability.tracing import use_tracer

SCOPE = "yanzhen"
SLOW = 1.0
"""Seconds: nothing that a person waits for here takes that long when all is well."""
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


class LinkedOrRatio(Sampler):
    """For spans without a parent: kept if they link to anything (only what was kept is linked), else by ratio.

    A plain ratio would decide anew for a batch and drop the consumer's half of a trace whose other half was kept.
    """

    def __init__(self, ratio: float) -> None:
        self._ratio = TraceIdRatioBased(ratio)

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        chosen: Sampler = ALWAYS_ON if links else self._ratio
        return chosen.should_sample(parent_context, trace_id, name, kind, attributes, links)

    def get_description(self) -> str:
        return f"LinkedOrRatio{{{self._ratio.rate}}}"


class Tracing:
    """The tracing of a process; `shutdown` sends what is still waiting."""

    def __init__(self, provider: TracerProvider | None) -> None:
        self._provider = provider

    @property
    def exporting(self) -> bool:
        """Whether spans leave this process."""
        return self._provider is not None

    def shutdown(self) -> None:
        """Flush and stop. Blocks for as long as the exporter's time-out; call it last, off the event loop."""
        use_tracer(None)
        if self._provider is not None:
            self._provider.shutdown()


def setup_tracing(
    service: str,
    version: str,
    *,
    ratio: float = 0.1,
    slow: float = SLOW,
    instance: str | None = None,
    exporter: SpanExporter | None = None,
) -> Tracing:
    """Start tracing: `ratio` of new traces are kept, and every trace that was kept before it came here. Of the others
    what failed here, or took longer than `slow` seconds, is kept all the same.

    Without an `exporter` or `OTEL_EXPORTER_OTLP_ENDPOINT` (standard variables, with their headers, time-outs and
    certificates) nothing is recorded, and spans cost about a microsecond.
    """
    processor: SpanProcessor
    if exporter is not None:
        processor = SimpleSpanProcessor(exporter)
    elif any(os.environ.get(name) for name in ENDPOINTS):
        # Imported late: it brings `requests` along, a quarter of a second that most processes need not spend.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        processor = BatchSpanProcessor(OTLPSpanExporter())
    else:
        use_tracer(None)
        return Tracing(None)
    provider = _provider(service, version, ratio, instance)
    provider.add_span_processor(processor)
    keeper = Keeper(processor.on_end, provider.resource, InstrumentationScope(SCOPE, version), slow)
    use_tracer(provider.get_tracer(SCOPE, version), keeper)
    return Tracing(provider)


@contextmanager
def recorded_spans(ratio: float = 1.0, *, slow: float = SLOW) -> Iterator["RecordedSpans"]:
    """Record every span in memory inside the block, for tests."""
    exporter = InMemorySpanExporter()
    tracing = setup_tracing("test", "0", ratio=ratio, slow=slow, exporter=exporter)
    try:
        yield RecordedSpans(exporter)
    finally:
        tracing.shutdown()


class RecordedSpans:
    """The finished spans of a test."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    @property
    def all(self) -> Sequence[ReadableSpan]:
        """In the order in which they ended."""
        return self._exporter.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        """Those of that name."""
        return [span for span in self.all if span.name == name]


def _provider(service: str, version: str, ratio: float, instance: str | None) -> TracerProvider:
    resource = Resource.create(
        {
            "service.name": service,
            "service.namespace": "yanzhen",
            "service.version": version,
            "service.instance.id": instance or str(uuid.uuid4()),
        }
    )
    return TracerProvider(resource=resource, sampler=ParentBased(LinkedOrRatio(ratio)), shutdown_on_exit=False)
