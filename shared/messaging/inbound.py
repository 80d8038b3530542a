"""The door for outside systems: a durable, acknowledged consumer, an inbox row per message, and a readable refusal.

Unlike between our own services, the order and the ids of others cannot be trusted. So a message is acknowledged only
after its effects and its inbox row are committed, a repeated one is recognised by (source, id), and one that is wrong
becomes a dead letter and an `inbound-refused` event that its sender can follow.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import Error as JetStreamError

from shared.contracts.base import PublicEvent
from shared.contracts.inbound import InboundFact
from shared.eventstore.context import Cause
from shared.eventstore.executor import Executor
from shared.eventstore.records import HeldMessage, InboxEntry
from shared.eventstore.store import KeyTaken
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Invalid
from shared.messaging.cloudevents import OutsideEvent, parse
from shared.messaging.failures import is_transient, reason
from shared.messaging.topology import door_of

STREAM = "INBOUND"
BATCH = 1
"""Messages per fetch. nats-py waits for the rest of a larger batch: one message alone was held up to 12 s."""
FETCH_SECONDS = 5.0

Take = Callable[[Any, OutsideEvent, UnitOfWork], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a service takes from outside: the fact's model, and what it brings about."""

    fact: type[InboundFact]
    take: Take


Refusal = Callable[[str, str, str, str], PublicEvent]
"""(system, message id, code, detail) → the public event that tells the sender."""


class InboundDoor:
    """A source for `SourceSubscriber`: reads `inbound.*.<type>` for one service."""

    def __init__(
        self, service: str, inbound: Sequence[Inbound], refusal: Refusal, executor: Executor, client: Client
    ) -> None:
        self.durable = door_of(service)
        self.trouble: str | None = None
        self._facts: Mapping[str, Inbound] = {one.fact.inbound_type: one for one in inbound}
        # The registry's door stands open for every type, so that an unknown one is refused instead of vanishing; types
        # that another service takes are that one's business.
        self._elsewhere = {fact.inbound_type for fact in InboundFact.__subclasses__()} - set(self._facts)
        self._refusal = refusal
        self._executor = executor
        # nats-py does not hand its own inbox prefix on to pull subscriptions: ours is the only one we may subscribe to.
        self._inbox_prefix = f"_INBOX_{service}.".encode()
        self._client = client
        self._subscription: JetStreamContext.PullSubscription | None = None
        self._log = structlog.get_logger("inbound").bind(service=service)
        self._rng = random.Random()  # noqa: S311

    async def next(self) -> list[Msg]:
        failures = 0
        while True:
            try:
                if self._subscription is None:
                    js = self._client.jetstream()
                    self._subscription = await js.pull_subscribe_bind(
                        self.durable, STREAM, inbox_prefix=self._inbox_prefix
                    )
                batch = await self._subscription.fetch(BATCH, timeout=FETCH_SECONDS)
            except (TimeoutError, nats.errors.TimeoutError):
                self.trouble = None
                await self._check()
            except (nats.errors.Error, JetStreamError, OSError) as error:
                failures += 1
                await self._pause(failures, error)
            else:
                self.trouble = None
                if batch:
                    return batch

    async def _check(self) -> None:
        """A fetch that times out looks the same with and without a consumer: only asking tells."""
        try:
            await self._client.jetstream().consumer_info(STREAM, self.durable)
        except (nats.errors.Error, JetStreamError, OSError) as error:
            await self._pause(1, error)

    async def _pause(self, failures: int, error: Exception) -> None:
        self.trouble = f"{type(error).__name__}: {error}"
        self._log.warning("inbound.retry", reason=self.trouble, failures=failures)
        await self.close()
        await self._executor.clock.sleep(min(0.2 * 2 ** min(failures, 5), 5.0) * self._rng.uniform(0.5, 1.0))

    async def close(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is not None and self._client.is_connected:
            await subscription.unsubscribe()

    async def handle(self, batch: Sequence[Msg]) -> None:
        for message in batch:
            try:
                await self._until_settled(message)
            except Exception as error:
                # A fault of ours. It comes again after the ack wait; the others must not wait with it, nor it be silent.
                self.trouble = f"{type(error).__name__} while settling a message"
                self._log.exception("inbound.broken", sequence=message.metadata.sequence.stream)

    async def _until_settled(self, message: Msg) -> None:
        failures = 0
        while True:
            try:
                await self._settle(message)
                await message.ack()
            except (nats.errors.Error, OSError):
                return  # not acknowledged: it comes again, and the inbox knows it
            except Exception as error:
                if not is_transient(error):
                    raise
                failures += 1
                await self._pause_in_place(message, failures, error)
            else:
                return

    async def _pause_in_place(self, message: Msg, failures: int, error: Exception) -> None:
        self.trouble = f"{type(error).__name__}: {error}"
        if self._client.is_connected:
            await message.in_progress()
        await asyncio.sleep(min(0.1 * 2 ** min(failures, 5), 3.0))

    async def _settle(self, message: Msg) -> None:
        if message.subject.split(".", 2)[-1] in self._elsewhere:
            return
        headers = message.headers or {}
        try:
            event = parse(message.subject, headers, message.data)
        except Invalid as error:
            system = message.subject.split(".")[1]
            await self._refuse(message, system, f"sequence-{message.metadata.sequence.stream}", error)
            return
        entry = InboxEntry(f"{event.system}|{event.source}", event.event_id)
        if await self._executor.repository.store.known_in_inbox(entry.source, [entry.message_id]):
            return

        async def job(unit: UnitOfWork) -> None:
            unit.work.inbox.append(entry)
            fact = self._read(event)
            await self._facts[fact.inbound_type].take(fact, event, unit)

        cause = Cause(event.event_id, event.event_id, f"outside:{event.system}", event.traceparent)
        try:
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
        self, message: Msg, system: str, message_id: str, error: Exception, entry: InboxEntry | None = None
    ) -> None:
        code, detail = reason(error)
        message_id, detail = _storable(message_id), _storable(detail)
        self._log.warning("inbound.refused", system=system, code=code)
        headers = {_storable(name): _storable(value) for name, value in (message.headers or {}).items()}
        held = HeldMessage(
            self.durable, f"inbound.{system}", 0, message.metadata.sequence.stream, message_id,
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
