"""What a service process reads: the streams of those it follows, and its door for outside systems."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from faststream.nats import NatsBroker

from shared.contracts.base import PublicEvent
from shared.messaging.bus import stream_of
from shared.messaging.consumer import Consumer
from shared.messaging.handlers import Handlers
from shared.messaging.inbound import STREAM as INBOUND_STREAM
from shared.messaging.inbound import InboundDoor
from shared.messaging.nats_inbound import NatsInboundQueue
from shared.messaging.subscriber import subscribe
from shared.runtime.definition import Running, ServiceDefinition
from shared.runtime.meters import TracedMeter


def followers(definition: ServiceDefinition, running: Running, broker: NatsBroker) -> list[Consumer]:
    """A consumer per service that is followed, each a subscriber of the broker."""
    consumers = []
    for source, reactions in definition.follows.items():
        stream = stream_of(source)
        handlers = Handlers(definition.model, reactions)
        meter = TracedMeter(running.metrics, definition.name, stream, handlers.wants)
        consumer = Consumer(definition.name, stream, handlers, running.executor, running.bus, meter=meter)
        consumers.append(consumer)
        subscribe(
            broker, f"{source}.evt.>", stream, consumer, title=f"{definition.name} follows {source}",
            payload=_any_of(definition, source, reactions),
        )  # fmt: skip
    return consumers


def door(definition: ServiceDefinition, running: Running, broker: NatsBroker) -> InboundDoor | None:
    """The door of a service that takes something from outside."""
    if not definition.inbound or not definition.refusal:
        return None
    queue = NatsInboundQueue(definition.name, running.client)
    found = InboundDoor(definition.name, definition.inbound, definition.refusal, running.executor, queue)
    facts: list[Any] = [one.fact for one in definition.inbound]
    title = f"{definition.name} takes from outside"
    subscribe(broker, "inbound.*.>", INBOUND_STREAM, found, title=title, payload=reduce(or_, facts))
    return found


def _any_of(definition: ServiceDefinition, source: str, reactions: Mapping[type[PublicEvent], object]) -> Any:
    projected = {event for p in definition.model.projections for event in p.foreign if event.service == source}
    events: list[Any] = sorted(set(reactions) | projected, key=lambda event: event.ce_type)
    return reduce(or_, events) if events else PublicEvent
