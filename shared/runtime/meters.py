"""Wires what consumers count to metrics and traces."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace

from opentelemetry import trace
from opentelemetry.trace import SpanKind

from shared.contracts.base import PublicEvent, event_class
from shared.eventstore.context import Cause
from shared.kernel.errors import ConcurrencyConflict
from shared.messaging.envelope import Envelope
from shared.observability.metrics import Metrics, exemplar
from shared.observability.tracing import (
    batch_span,
    concerning,
    context_from,
    is_sampled,
    span,
    traceparent_of_current,
)


class TracedMeter:
    """One span per batch, linked to the traces of its messages; below it, or in a message's own trace, one for each
    message that is handled here and whose trace is kept. A span per message of every trace costs 2.4 times the handling.

    `wants` says of a type whether anything is done about it here: what is only passed by is no part of anybody's trace.
    """

    def __init__(self, metrics: Metrics, consumer: str, source: str, wants: Callable[[str], bool]) -> None:
        self._metrics = metrics
        self._labels = (consumer, source)
        self._wants = wants
        self._name = f"{consumer} follows {source.removeprefix('OUT_').lower()}"
        self._consumer = consumer
        self._dead = 0
        self._alone = False
        self._attributes: dict[str, str | int | float | bool] = {
            "messaging.system": "nats",
            "messaging.operation.type": "process",
            "messaging.operation.name": "follow",
            "messaging.destination.name": source,
            "messaging.consumer.group.name": consumer,
        }

    @contextmanager
    def batch(self, batch: Sequence[Envelope]) -> Iterator[None]:
        began = time.perf_counter()
        outcome = "failed"
        self._dead = 0
        handled = [envelope for envelope in batch if self._wants(envelope.type)]
        self._alone = len(handled) == 1
        attributes = self._attributes | {"messaging.batch.message_count": len(batch)}
        with batch_span(self._name, [one.headers.get("traceparent") for one in handled], attributes) as current:
            if self._alone and current.is_recording():
                current.set_attribute("cloudevents.event_type", handled[0].type)
                current.set_attribute("messaging.message.id", handled[0].event_id)
            try:
                yield
                outcome = "dead" if self._dead else "ok"
            except ConcurrencyConflict:
                outcome = "conflict"  # decided again: no failure, but worth a look when there are many
                raise
            finally:
                kind = batch[0].type if len(batch) == 1 else "batch"
                seconds = time.perf_counter() - began
                self._metrics.handler_seconds.labels(*self._labels, kind, outcome).observe(seconds, exemplar())

    def message(self, envelope: Envelope, event: object) -> AbstractContextManager[Cause]:
        traceparent = envelope.headers.get("traceparent")
        if not isinstance(event, PublicEvent):
            return nullcontext(envelope.cause())
        if self._alone:
            trace.get_current_span().set_attributes(concerning(event))
            return nullcontext(replace(envelope.cause(), traceparent=traceparent_of_current() or traceparent))
        if not is_sampled(traceparent):
            return nullcontext(envelope.cause())
        return self._span(envelope, event, context_from(traceparent))

    @contextmanager
    def _span(self, envelope: Envelope, event: PublicEvent, source: trace.SpanContext | None) -> Iterator[Cause]:
        batch = trace.get_current_span().get_span_context()
        inside = source is not None and batch.trace_id == source.trace_id
        attributes = {
            **self._attributes,
            "messaging.operation.name": "handle",
            "messaging.message.id": envelope.event_id,
            "cloudevents.event_type": envelope.type,
            **concerning(event),
        }
        with span(
            f"{self._consumer} handles {event.event_name}",
            kind=SpanKind.CONSUMER,
            attributes=attributes,
            parent=None if inside else source,
            links=() if inside else (batch,),
        ):
            yield replace(envelope.cause(), traceparent=traceparent_of_current())

    def duplicate(self) -> None:
        self._metrics.consumer_duplicates.labels(*self._labels).inc()

    def gap(self) -> None:
        self._metrics.consumer_gaps.labels(*self._labels).inc()

    def dead(self, envelope: Envelope, code: str) -> None:
        # The gauge of dead letters is read from the database; here they are counted, so that a settled one is not lost.
        kind = envelope.type if event_class(envelope.type) else "unknown"
        self._metrics.dead_lettered.labels(self._consumer, kind, code).inc()
        self._dead += 1
