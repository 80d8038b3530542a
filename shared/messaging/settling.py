"""Settling dead letters: replay or discard what was asked for, then let go what waited behind it, in order.

Every step is a work of its own that takes the held message away with the effects. So two replicas that settle at once do
it once, and one that dies in the middle leaves a key that waits for nothing, which the next round lets go.

A message that kills its process does so again when it is replayed, and the wish to replay it is still there after the
restart. What a round has settled is gone from the next, so the one that kills comes first in the end; how often a round
began with the same one is counted, as the openings of a consumer are (ADR 0005).
"""

import contextlib
from collections.abc import Callable

from shared.eventstore.context import Cause
from shared.eventstore.executor import Executor
from shared.eventstore.records import HeldMessage, Resolution
from shared.eventstore.store import KeyTaken
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import ConcurrencyConflict, Invalid, Unavailable
from shared.messaging.failures import is_transient, reason
from shared.messaging.handlers import Handlers
from shared.messaging.holding import Holding, unheld

Note = Callable[[UnitOfWork], None]
MOST_BEGINNINGS = 6
"""Rounds in a row that may begin with the same message; then it counts as what ends them."""


class Settling:
    """Settles for one consumer of one source. Errors that pass by themselves (`Unavailable`) are raised: ask again."""

    def __init__(self, consumer: str, source: str, handlers: Handlers, executor: Executor) -> None:
        self._consumer = consumer
        self._source = source
        self._handlers = handlers
        self._executor = executor
        self._store = executor.repository.store
        self._begun = False

    async def run(self) -> int:
        """Carry out every request, then let go of what waits for nothing. Returns how many messages were settled."""
        try:
            settled = await self._round()
        except Exception:
            await self._survived()
            raise
        await self._survived()
        return settled

    async def _round(self) -> int:
        settled = 0
        for number, status, message in await self._store.dead_letters(self._consumer, requested=True):
            if message.source == self._source:
                settled += await self._settle(number, status, message)
        for key in sorted(await self._store.released_keys(self._consumer, self._source)):
            settled += await self._drain(key)
        return settled

    async def _settle(self, number: int, status: str, message: HeldMessage) -> int:
        if status == "discard":
            return await self._commit(message, lambda unit: unit.work.resolved.append(Resolution(number, "discarded")))
        try:
            error = await self._kills(message) or await self._apply(
                message, lambda unit: unit.work.resolved.append(Resolution(number, "replayed"))
            )
        except KeyTaken:
            return 0
        if error is None:
            return 1
        again = Resolution(number, "dead", *reason(error))
        await self._commit(message, lambda unit: unit.work.resolved.append(again))
        return 0

    async def _drain(self, key: str) -> int:
        settled = 0
        while waiting := await self._store.parked_messages(self._consumer, self._source, key):
            for message in waiting:
                try:
                    error = await self._kills(message) or await self._apply(
                        message,
                        lambda unit, m=message: unit.work.unparked.append(m),  # type: ignore[misc]
                    )
                except KeyTaken:
                    return settled  # another replica is at it
                if error is not None:
                    await self._bury(message, error)
                    return settled
                settled += 1
        return settled

    async def _kills(self, message: HeldMessage) -> Exception | None:
        """Why not to touch the first message of a round: it was the first of too many that did not come to their end."""
        if self._begun:
            return None
        self._begun = True
        times = await self._store.note_opening(self._consumer, self._mark, {message.partition: message.position})
        if times <= MOST_BEGINNINGS:
            return None
        return Invalid("kills-the-process", f"settling it ended the process {times - 1} times")

    async def _survived(self) -> None:
        """Rounds from here on are no restarts."""
        begun, self._begun = self._begun, False
        if begun:
            with contextlib.suppress(Unavailable):
                await self._store.note_opening(self._consumer, self._mark, {})

    @property
    def _mark(self) -> str:
        return f"{self._source} settling"

    async def _bury(self, message: HeldMessage, error: Exception) -> None:
        """Make a parked message that cannot be handled either the dead letter; the rest goes on waiting."""
        held = Holding(self._consumer, self._source).bury(unheld(message), *reason(error))

        def note(unit: UnitOfWork) -> None:
            unit.work.dead.append(held)
            unit.work.unparked.append(message)

        await self._commit(message, note)

    async def _commit(self, message: HeldMessage, note: Note) -> int:
        unit = self._executor.unit(Cause(message.headers.get("ce-correlationid", ""), actor=self._consumer))
        note(unit)
        try:
            await self._executor.committer.commit(unit.work)
        except KeyTaken:
            return 0
        return 1

    async def _apply(self, message: HeldMessage, note: Note) -> Exception | None:
        envelope = unheld(message)

        async def job(unit: UnitOfWork) -> None:
            await self._handlers.apply(envelope, self._handlers.decode(envelope), unit)
            note(unit)

        try:
            await self._executor.run(job, envelope.cause())
        except KeyTaken:
            raise
        except Exception as error:
            if is_transient(error) and not isinstance(error, ConcurrencyConflict):
                raise
            return error
        return None
