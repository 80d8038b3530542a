"""Spans of traces that were not sampled, kept until it is known whether somebody would have wanted them.

Whether a trace is kept is decided at its beginning, when nobody knows how it ends. So the spans of an unsampled trace are
noted here, cheaply (a quarter of what the SDK's cost); when the outermost of this process ends, they are thrown away, or
exported after all because one of them failed or it was slow. They bear `yanzhen.kept` with the reason, by which a collector
knows not to throw them away in its turn (`infra/otel/collector.yml`).

What other processes did in the same trace is not known here: they keep their own part by the same rule (ADR 18).
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.util.types import Attributes, AttributeValue

KEPT: Final = "yanzhen.kept"
"""`error` or `slow`: why a span is here although its trace was not sampled."""
MOST: Final = 128
"""Spans kept per outermost span: a batch of 200 that goes wrong must not cost as much memory as it likes."""
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)


class Keeper:
    """Where spans go that are wanted after all. `slow` in seconds."""

    def __init__(
        self, export: Callable[[ReadableSpan], None], resource: Resource, scope: InstrumentationScope, slow: float
    ) -> None:
        self.slow = slow
        self._export = export
        self._resource = resource
        self._scope = scope

    def keep(self, noted: "Sequence[Provisional]", why: str) -> None:
        """Export them as if they had been sampled."""
        for one in noted:
            self._export(one.readable(self._resource, self._scope, why))


class Provisional(Span):
    """Notes what a span would. Costs about four microseconds."""

    __slots__ = ("_attributes", "_began", "_context", "_ended", "_keeper", "_kind", "_links", "_name", "_noted",
                 "_outermost", "_parent", "_status", "failed")  # fmt: skip

    def __init__(
        self,
        keeper: Keeper,
        name: str,
        context: SpanContext,
        parent: SpanContext | None,
        kind: SpanKind,
        attributes: Attributes,
        links: Sequence[Link],
        around: "Provisional | None",
    ) -> None:
        self._keeper = keeper
        self._name = name
        self._context = context
        self._parent = parent
        self._kind = kind
        self._attributes: dict[str, Any] = dict(attributes or {})
        self._links = links
        self._outermost: Provisional = around._outermost if around is not None else self  # noqa: SLF001 - its own kind
        self._noted: list[Provisional] = []
        self._status = StatusCode.UNSET
        self._ended = 0
        self.failed = False
        self._began = time.time_ns()

    @property
    def attributes(self) -> dict[str, Any]:
        """What was set so far."""
        return self._attributes

    def get_span_context(self) -> SpanContext:
        return self._context

    def is_recording(self) -> bool:
        return not self._ended

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        self._attributes[key] = value

    def set_attributes(self, attributes: Any) -> None:
        self._attributes.update(attributes)

    def update_name(self, name: str) -> None:
        self._name = name

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        self._status = status.status_code if isinstance(status, Status) else status
        self.failed = self._status is StatusCode.ERROR

    def add_event(self, name: str, attributes: Any = None, timestamp: int | None = None) -> None:
        """Not noted: we write no events."""

    def add_link(self, context: SpanContext, attributes: Any = None) -> None:
        """Not noted: links are given at the start."""

    def record_exception(
        self, exception: BaseException, attributes: Any = None, timestamp: int | None = None, escaped: bool = False
    ) -> None:
        """Not noted: a message may hold personal data."""

    def end(self, end_time: int | None = None) -> None:
        if self._ended:
            return
        self._ended = end_time or time.time_ns()
        noted = self._outermost._noted  # noqa: SLF001 - its own kind
        if len(noted) < MOST or self._outermost is self:
            noted.append(self)
        if self._outermost is self:
            self._decide()

    def _decide(self) -> None:
        if any(one.failed for one in self._noted):
            self._keeper.keep(self._noted, "error")
        elif self._ended - self._began >= self._keeper.slow * 1e9:
            self._keeper.keep(self._noted, "slow")
        self._noted = []

    def readable(self, resource: Resource, scope: InstrumentationScope, why: str) -> ReadableSpan:
        """As the SDK would have recorded it."""
        context = SpanContext(self._context.trace_id, self._context.span_id, False, _SAMPLED)
        return ReadableSpan(
            self._name, context, self._parent, resource, self._attributes | {KEPT: why}, links=self._links,
            kind=self._kind, instrumentation_scope=scope, status=Status(self._status), start_time=self._began,
            end_time=self._ended,
        )  # fmt: skip
