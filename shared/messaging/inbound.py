"""The door for outside systems: a durable, acknowledged consumer, an inbox row per message, and a readable refusal.

Unlike between our own services, the order and the ids of others cannot be trusted. So a message is acknowledged only
after its effects and its inbox row are committed, a repeated one is recognised by (source, id), and one that is wrong
becomes a dead letter and an `inbound-refused` event that its sender can follow.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from opentelemetry import trace
from opentelemetry.trace import SpanKind

from shared.contracts.base import PublicEvent
from shared.contracts.inbound import InboundFact
from shared.eventstore.context import Cause
from shared.eventstore.executor import Executor
from shared.eventstore.records import HeldMessage, InboxEntry
from shared.eventstore.store import KeyTaken
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Invalid
from shared.messaging.bus import BusUnavailable
from shared.messaging.cloudevents import OutsideEvent, parse
from shared.messaging.failures import is_transient, reason
from shared.messaging.topology import door_of
from shared.observability.tracing import concerning, context_from, span, traceparent_of_current

STREAM = "INBOUND"
Take = Callable[[Any, OutsideEvent, UnitOfWork], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a service takes from outside: the fact's model, and what it brings about."""

    fact: type[InboundFact]
    take: Take


Refusal = Callable[[str, str, str, str], PublicEvent]
"""(system, message id, code, detail) → the public event that tells the sender."""


class Delivery(Protocol):
    """One message of an outside system. It comes again until it is acknowledged."""

    @property
    def subject(self) -> str: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def data(self) -> bytes: ...

    @property
    def sequence(self) -> int:
        """Its place in the stream of all inbound messages."""
        ...

    async def ack(self) -> None:
        """It has taken effect, or was refused. Raises `BusUnavailable`: then it comes again."""
        ...

    async def in_progress(self) -> None:
        """It takes longer; do not deliver it again yet."""
        ...


class InboundQueue(Protocol):
    """What the broker keeps for one service's door. JetStream behind it in life, memory in the simulator."""

    async def fetch(self) -> Sequence[Delivery]:
        """The next messages; none when nothing came for a while. Raises `BusUnavailable`."""
        ...

    async def close(self) -> None:
        """Let go of the broker's side; the next fetch opens it again."""
        ...


class InboundDoor:
    """A source for `SourceSubscriber`: reads `inbound.*.<type>` for one service."""

    def __init__(
        self,
        service: str,
        inbound: Sequence[Inbound],
        refusal: Refusal,
        executor: Executor,
        queue: InboundQueue,
        rng: random.Random | None = None,
    ) -> None:
        self.durable = door_of(service)
        self._service = service
        self.trouble: str | None = None
        self._facts: Mapping[str, Inbound] = {one.fact.inbound_type: one for one in inbound}
        # The registry's door stands open for every type, so that an unknown one is refused instead of vanishing; types
        # that another service takes are that one's business.
        self._elsewhere = {fact.inbound_type for fact in InboundFact.__subclasses__()} - set(self._facts)
        self._refusal = refusal
        self._executor = executor
        self._queue = queue
        self._log = structlog.get_logger("inbound").bind(service=service)
        self._rng = rng or random.Random()  # noqa: S311 - spreads retries, keeps no secret

    async def next(self) -> Sequence[Delivery]:
        failures = 0
        while True:
            try:
                batch = await self._queue.fetch()
            except BusUnavailable as error:
                failures += 1
                await self._pause(failures, error)
            else:
                self.trouble = None
                if batch:
                    return batch

    async def _pause(self, failures: int, error: Exception) -> None:
        self.trouble = str(error)
        self._log.warning("inbound.retry", reason=self.trouble, failures=failures)
        await self.close()
        await self._executor.clock.sleep(min(0.2 * 2 ** min(failures, 5), 5.0) * self._rng.uniform(0.5, 1.0))

    async def close(self) -> None:
        await self._queue.close()

    async def handle(self, batch: Sequence[Delivery]) -> None:
        for message in batch:
            try:
                await self._until_settled(message)
            except Exception as error:
                # A fault of ours. It comes again after the ack wait; the others must not wait with it, nor it be silent.
                self.trouble = f"{type(error).__name__} while settling a message"
                self._log.exception("inbound.broken", sequence=message.sequence)

    async def _until_settled(self, message: Delivery) -> None:
        failures = 0
        while True:
            try:
                await self._settle(message)
                await message.ack()
            except (BusUnavailable, OSError):
                return  # not acknowledged: it comes again, and the inbox knows it
            except Exception as error:
                if not is_transient(error):
                    raise
                failures += 1
                await self._pause_in_place(message, failures, error)
            else:
                return

    async def _pause_in_place(self, message: Delivery, failures: int, error: Exception) -> None:
        self.trouble = f"{type(error).__name__}: {error}"
        await message.in_progress()
        await asyncio.sleep(min(0.1 * 2 ** min(failures, 5), 3.0))

    async def _settle(self, message: Delivery) -> None:
        if message.subject.split(".", 2)[-1] in self._elsewhere:
            return
        headers = message.headers
        try:
            event = parse(message.subject, headers, message.data)
        except Invalid as error:
            system = message.subject.split(".")[1]
            await self._refuse(message, system, f"sequence-{message.sequence}", error)
            return
        entry = InboxEntry(f"{event.system}|{event.source}", event.event_id)
        if await self._executor.repository.store.known_in_inbox(entry.source, [entry.message_id]):
            return

        async def job(unit: UnitOfWork) -> None:
            unit.work.inbox.append(entry)
            fact = self._read(event)
            trace.get_current_span().set_attributes(concerning(fact))
            await self._facts[fact.inbound_type].take(fact, event, unit)

        attributes = {
            "messaging.system": "nats",
            "messaging.operation.type": "process",
            "messaging.operation.name": "take",
            "messaging.destination.name": STREAM,
            "messaging.consumer.group.name": self.durable,
        }
        outside = context_from(event.traceparent)
        try:
            with span(
                f"{self._service} takes from outside", kind=SpanKind.CONSUMER, attributes=attributes, parent=outside
            ):
                cause = Cause(event.event_id, event.event_id, f"outside:{event.system}", traceparent_of_current())
                await self._executor.run(job, cause)
        except KeyTaken:
            return
        except Exception as error:
            if is_transient(error):
                raise
            await self._refuse(message, event.system, event.event_id, error, entry)

    def _read(self, event: OutsideEvent) -> InboundFact:
        for suffix, one in self._facts.items():
            if event.type == suffix or event.type.endswith(f".{suffix}"):
                return one.fact.model_validate_json(event.data)
        raise Invalid(
            "unknown-event-type",
            f"the type {event.type!r} is not one that is taken here",
            remedy=f"known types end in: {', '.join(sorted(self._facts))}",
            where="type",
        )

    async def _refuse(
        self, message: Delivery, system: str, message_id: str, error: Exception, entry: InboxEntry | None = None
    ) -> None:
        code, detail = reason(error)
        message_id, detail = _storable(message_id), _storable(detail)
        self._log.warning("inbound.refused", system=system, code=code)
        headers = {_storable(name): _storable(value) for name, value in message.headers.items()}
        held = HeldMessage(
            self.durable, f"inbound.{system}", 0, message.sequence, message_id,
            _storable(message.subject), headers, message.data, code, detail,
        )  # fmt: skip

        async def job(unit: UnitOfWork) -> None:
            unit.work.dead.append(held)
            unit.work.inbox.append(entry or InboxEntry(f"{system}|refused", message_id))
            unit.announce(self._refusal(system, message_id[:128], code, detail))

        try:
            await self._executor.run(job, Cause(message_id, actor=f"outside:{system}"))
        except KeyTaken:
            return


def _storable(text: str) -> str:
    """The text without U+0000, which PostgreSQL cannot hold: a refusal must never fail over what it refuses."""
    return text.replace("\x00", "\ufffd")
