"""Traces: one from the HTTP request through append, relay and every consumer to the provider's answer.

Most processes export nothing, so the path taken then must cost next to nothing: a span below another is that one again,
without touching the SDK. Where spans are exported, those of an unsampled trace are noted until it is known whether they
failed or were slow (`provisional`). Trace ids are always there, for the logs, the problem responses and the
`traceparent` that an event carries.

Span names and attributes hold types and ids, never personal data.
"""

import itertools
import os
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from contextvars import Token
from types import TracebackType
from typing import Final

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags, Tracer
from opentelemetry.util.types import Attributes

from shared.kernel.errors import YanzhenError
from shared.observability.provisional import Keeper, Provisional
from shared.observability.redaction import redact_text

RELOCATION: Final = "yanzhen.relocation.id"
"""The attribute by which everything that concerns a relocation is found. A span hands it down to those inside it."""
MAX_LINKS: Final = 128
"""The SDK's own limit; a batch is at most 200 messages."""

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_UNSAMPLED: Final = TraceFlags(TraceFlags.DEFAULT)
_ODD: Final = frozenset("13579bdf")

_tracer: Tracer | None = None
_keeper: Keeper | None = None
_random = random.Random(os.urandom(16))  # noqa: S311  # ids need to differ, not to be secret
os.register_at_fork(after_in_child=lambda: _random.seed(os.urandom(16)))


def use_tracer(tracer: Tracer | None, keeper: Keeper | None = None) -> None:
    """Record through this tracer from now on; None records nothing. Called by `trace_export`."""
    global _tracer, _keeper
    _tracer, _keeper = tracer, keeper


def exporting() -> bool:
    """Whether spans leave this process."""
    return _tracer is not None


def concerns(relocation_id: str) -> None:
    """Make the current span, and what is begun inside it from now on, findable by the relocation."""
    current = trace.get_current_span()
    if current.is_recording():
        current.set_attribute(RELOCATION, _identity(relocation_id))


def concerning(fact: object) -> dict[str, str]:
    """The attribute of a span about this fact: empty when it is about no relocation. A transfer has the id that its
    relocation will have.
    """
    found = getattr(fact, "relocation_id", None) or getattr(fact, "transfer_id", None)
    return {RELOCATION: _identity(found)} if isinstance(found, str) else {}


def _identity(text: str) -> str:
    # Imported transfers keep the names that others gave them: those might be anything, a phone number too.
    return text if _UUID.fullmatch(text) else redact_text(text)


def context_from(traceparent: str | None) -> SpanContext | None:
    """What a W3C `traceparent` refers to; None when there is none or it is not well-formed (never an exception)."""
    match = _TRACEPARENT.fullmatch(traceparent) if traceparent and len(traceparent) <= 512 else None
    if match is None:
        return None
    version, trace_id, span_id, flags, more = match.groups()
    # A later version may append fields, version 00 may not, and ff is reserved.
    if version == "ff" or (version == "00" and more):
        return None
    sampled = int(flags, 16) & TraceFlags.SAMPLED
    found = SpanContext(int(trace_id, 16), int(span_id, 16), True, _SAMPLED if sampled else _UNSAMPLED)
    return found if found.is_valid else None


def traceparent_of_current() -> str | None:
    """The current span as a `traceparent`, to be stored with an event or sent on; None outside of any span."""
    current = trace.get_current_span().get_span_context()
    if not current.is_valid:
        return None
    return f"00-{current.trace_id:032x}-{current.span_id:016x}-{int(current.trace_flags):02x}"


def current_trace_id() -> str | None:
    """The 32 hexadecimal digits by which a person finds the trace; None outside of any span."""
    current = trace.get_current_span().get_span_context()
    return f"{current.trace_id:032x}" if current.is_valid else None


def span(
    name: str,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Attributes = None,
    links: Iterable[SpanContext] = (),
    parent: SpanContext | None = None,
) -> "SpanScope":
    """Do the block inside a span: below `parent` if given, else below the current span, else as a new trace.

    An exception that leaves the block marks the span as failed by its type alone: a message may hold personal data.
    """
    around = trace.get_current_span() if parent is None else NonRecordingSpan(parent)
    above = around.get_span_context()
    if _tracer is None:
        return SpanScope(around, attach=parent is not None) if above.is_valid else SpanScope(_unrecorded())
    about = getattr(around, "attributes", None)
    if about and RELOCATION in about:
        attributes = {RELOCATION: about[RELOCATION], **(attributes or {})}
    if above.is_valid and not above.trace_flags & TraceFlags.SAMPLED:
        return _provisional(name, kind, attributes, (), above.trace_id, above, around)
    at_most = [Link(link) for link in itertools.islice(links, MAX_LINKS)]
    started = _tracer.start_span(name, trace.set_span_in_context(around), kind, attributes, at_most)
    if not started.is_recording():
        return _provisional(name, kind, attributes, at_most, started.get_span_context().trace_id, None, around)
    return SpanScope(started)


def batch_span(
    name: str,
    traceparents: Iterable[str | None],
    attributes: Mapping[str, str | int | float | bool] | None = None,
    *,
    kind: SpanKind = SpanKind.CONSUMER,
) -> "SpanScope":
    """Handle a batch of messages inside one span, linked to the trace that each message belongs to.

    A span per message would cost more than handling it. Where all messages come from one span, the batch is its child,
    so that at low load a trace runs on unbroken; otherwise it is a trace of its own, kept if any message's trace is.
    Only sampled traces are linked: to any other there is nothing to go to.
    """
    texts = dict.fromkeys(text for text in traceparents if text)
    source = context_from(next(iter(texts))) if len(texts) == 1 else None
    if source is not None:
        return span(name, kind=kind, attributes=attributes, links=[source], parent=source)
    # The flags end at column 55; reading one digit of them spares parsing the many that are not sampled.
    sampled = (text for text in texts if text[54:55] in _ODD) if _tracer is not None else ()
    links = [found for found in map(context_from, sampled) if found is not None]
    if links:
        return span(name, kind=kind, attributes=attributes, links=links, parent=trace.INVALID_SPAN_CONTEXT)
    if _keeper is not None:
        return _provisional(name, kind, attributes, (), _random.getrandbits(128) or 1, None, trace.INVALID_SPAN)
    return SpanScope(_unrecorded())


def is_sampled(traceparent: str | None) -> bool:
    """Whether a span of that trace would be exported from here."""
    return _tracer is not None and traceparent is not None and traceparent[54:55] in _ODD


class SpanScope:
    """A span that is current inside its `with` block and ends with it.

    A class of its own because a generator-based context manager costs more than all the rest of an unrecorded span.
    """

    __slots__ = ("_attach", "_span", "_token")

    def __init__(self, of: Span, *, attach: bool = True) -> None:
        self._span = of
        self._attach = attach  # not when it is the current span already
        self._token: Token[Context] | None = None

    def __enter__(self) -> Span:
        if self._attach:
            self._token = otel_context.attach(trace.set_span_in_context(self._span))
        return self._span

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._token is not None:
            otel_context.detach(self._token)
        if self._attach and self._span.is_recording():
            if isinstance(error, Exception):
                if isinstance(error, YanzhenError) and error.status < 500:
                    # A rule that says no, or a conflict that is decided again, is an answer and no failure.
                    self._span.set_attribute("yanzhen.outcome", error.code)
                else:
                    self._span.set_attribute("error.type", type(error).__qualname__)
                    self._span.set_status(trace.StatusCode.ERROR)
            self._span.end()


def _unrecorded() -> Span:
    return NonRecordingSpan(SpanContext(_random.getrandbits(128) or 1, _random.getrandbits(64) or 1, False, _UNSAMPLED))


def _provisional(
    name: str,
    kind: SpanKind,
    attributes: Attributes,
    links: Sequence[Link],
    trace_id: int,
    parent: SpanContext | None,
    around: Span,
) -> SpanScope:
    context = SpanContext(trace_id, _random.getrandbits(64) or 1, False, _UNSAMPLED)
    inside = around if isinstance(around, Provisional) and around.is_recording() else None
    assert _keeper is not None  # noqa: S101 - set together with the tracer
    return SpanScope(Provisional(_keeper, name, context, parent, kind, attributes, links, inside))
