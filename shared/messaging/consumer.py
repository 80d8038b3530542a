"""A consumer whose position lives with its effects.

It reads from its own cursor and moves the cursor, by compare-and-set, in the transaction that holds the effects. So an
effect happens exactly once by construction: `position <= cursor` is a duplicate, `prev != cursor` is a gap, and of two
instances that handle the same messages one loses the compare-and-set. Nothing is acknowledged to the broker.

Transient trouble is retried in place: nothing overtakes. A message that cannot be handled goes to the dead letters and
its key waits there (`HeldMessage`), while all other keys flow on.
"""

import asyncio
import random
from collections.abc import Collection, Mapping, Sequence

import structlog

from shared.contracts.base import PARTITIONS
from shared.eventstore.committer import GroupCommitter
from shared.eventstore.context import Cause
from shared.eventstore.executor import ALONE_AFTER, Executor
from shared.eventstore.records import CursorMove
from shared.eventstore.store import LostCursor
from shared.kernel.errors import ConcurrencyConflict, Invalid, Unavailable
from shared.messaging.assigned_reader import AssignedReader
from shared.messaging.batch_decision import BatchDecision
from shared.messaging.bus import Bus, BusUnavailable, ReaderClosed
from shared.messaging.envelope import Envelope
from shared.messaging.failures import is_transient, reason
from shared.messaging.handlers import Handlers
from shared.messaging.holding import Holding
from shared.messaging.meter import ConsumerMeter, NoMeter
from shared.messaging.openings import Openings
from shared.messaging.settling import Settling


class Gap(Exception):
    """A message of the partition is missing before the next one. It heals by itself, or the stream has a hole."""


class Consumer:
    """One consumer of one source. `next` and `handle` alternate; `run` does both (FastStream's loop does it in life)."""

    def __init__(
        self,
        name: str,
        source: str,
        handlers: Handlers,
        executor: Executor,
        bus: Bus,
        *,
        partitions: Sequence[int] = range(PARTITIONS),
        rng: random.Random | None = None,
        meter: ConsumerMeter | None = None,
    ) -> None:
        self.name = name
        self.source = source
        self.handlers = handlers
        self._executor = executor
        self._store = executor.repository.store
        self._committer: GroupCommitter = executor.committer
        self._rng = rng or random.Random()  # noqa: S311 - spreads retries, keeps no secret
        self._meter = meter or NoMeter()
        self._log = structlog.get_logger("consumer").bind(consumer=name, source=source)
        self._reader = AssignedReader(bus, source, partitions, self._begin, self._well)
        self._cursors: dict[int, int] = {}
        self._holding = Holding(name, source)
        self._settling = Settling(name, source, handlers, executor)
        self._busy = asyncio.Lock()  # settling dead letters must not overlap with handling new messages
        self._openings = Openings(self._store, name, source)
        self._gaps = 0
        self.trouble: str | None = None

    @property
    def cursors(self) -> Mapping[int, int]:
        """The newest position handled, by partition that is read here."""
        return self._cursors

    @property
    def position(self) -> int:
        """The newest position handled in any partition."""
        return max(self._cursors.values(), default=0)

    async def run(self) -> None:
        """Read and handle until cancelled."""
        try:
            while True:
                await self.handle(await self.next())
        finally:
            await self.close()

    # -- reading ------------------------------------------------------------------------------------------------

    def assign(self, partitions: Sequence[int]) -> None:
        """Read these partitions from now on, and no others. What is being handled is finished; of two who handle the same
        messages one loses the compare-and-set.
        """
        self._reader.assign(partitions)

    async def next(self) -> Sequence[Envelope]:
        """The next messages; opens a reader at the cursor when there is none. Retries until it succeeds."""
        failures = 0
        while True:
            try:
                batch = await self._reader.read()
            except (ReaderClosed, BusUnavailable, Unavailable, OSError, ValueError) as error:
                if isinstance(error, ValueError):
                    # A message that no relay of ours wrote: the stream is not what it should be. Never skip it.
                    self._log.error("consumer.foreign-message", reason=str(error))
                failures += 1
                await self._pause(failures, error)
                await self.close()
                continue
            self.trouble = None
            if batch:
                return batch

    async def _begin(self) -> dict[int, int]:
        partitions = self._reader.partitions
        known = await self._store.cursors(self.name, self.source)
        self._cursors = {partition: known.get(partition, 0) for partition in partitions}
        self._holding.load(await self._store.parked_keys(self.name, self.source))
        return self._cursors

    def _well(self) -> None:
        self.trouble = None

    async def close(self) -> None:
        """Let go of the reader; the next `next` opens a new one at the cursor."""
        await self._reader.close()

    # -- handling -----------------------------------------------------------------------------------------------

    async def handle(self, batch: Sequence[Envelope]) -> None:
        """Handle messages until their effects and the cursor are committed, or until they turn out not to be ours."""
        async with self._busy:
            # A reader starts at the partition that is furthest behind, so the first messages may have been handled.
            batch = self._fresh(batch)
            if not batch:
                return  # all of it was handled before: whether we survive what comes next is still open
            partitions = {envelope.partition for envelope in batch}
            await self._note(partitions)
            careful, first = self._openings.careful(partitions), batch[0]
            if self._openings.condemned(first.partition) and not is_gap(first, self._cursors[first.partition]):
                times = self._openings.times(first.partition)
                await self._bury(first, Invalid("kills-the-process", f"handling it ended the process {times} times"))
                batch = batch[1:]
            if careful:
                for envelope in batch:
                    await self._until_done([envelope])
            elif batch:
                await self._until_done(batch)
            self._openings.survived(partitions)

    def _fresh(self, batch: Sequence[Envelope]) -> list[Envelope]:
        ours = [envelope for envelope in batch if envelope.partition in self._cursors]
        fresh = [envelope for envelope in ours if envelope.position > self._cursors[envelope.partition]]
        for _ in range(len(ours) - len(fresh)):
            self._meter.duplicate()
        return fresh

    async def _note(self, partitions: Collection[int]) -> None:
        while True:
            try:
                return await self._openings.note(self._cursors, partitions)
            except Unavailable as error:
                await self._pause(1, error)

    async def _until_done(self, batch: Sequence[Envelope]) -> None:
        failures = conflicts = 0
        parts = [list(batch)]
        while parts:
            if not self._reader.is_open:
                return  # reopening: the cursor says where to go on
            part = parts[0]
            try:
                turnstile = self._executor.turnstile
                async with turnstile.alone() if conflicts >= ALONE_AFTER else turnstile.together():
                    await self._once(part)
            except LostCursor as error:
                self._log.info("consumer.overtaken", reason=str(error))
                await self.close()
            except ConcurrencyConflict:
                conflicts += 1
            except Exception as error:
                if is_transient(error):
                    failures += 1
                    if failures == 1:
                        await self._openings.write_off()
                    await self._pause(failures, error)
                elif len(part) > 1:
                    # The database refused the effects of one of them: on its own it shows which.
                    parts[:1] = [[envelope] for envelope in part]
                else:
                    await self._bury(part[0], error)
                    parts.pop(0)
            else:
                parts.pop(0)
                failures = conflicts = 0
                self.trouble = None

    async def _once(self, batch: Sequence[Envelope]) -> None:
        """Decide and commit the effects of these messages, once; of those before a gap when there is one."""
        cursors = dict(self._cursors)
        fresh: list[Envelope] = []
        gap: Envelope | None = None
        for envelope in batch:
            at = cursors[envelope.partition]
            if envelope.position <= at:
                continue
            if is_gap(envelope, at):
                gap = envelope
                break
            cursors[envelope.partition] = envelope.position
            fresh.append(envelope)
        if fresh:
            await self._commit(fresh, cursors)
        if gap is not None:
            await self._stop_at(gap)

    async def _stop_at(self, gap: Envelope) -> None:
        at = self._cursors[gap.partition]
        self._meter.gap()
        self._log.warning("consumer.gap", position=gap.position, prev=gap.prev, cursor=at)
        await self.close()
        # A message handed over in the wrong order is there at once; one that the broker has lost is not, and asking
        # without a pause would take all of its time.
        self._gaps += 1
        await self._pause(self._gaps, Gap(f"{self.source} cannot be read between {at} and {gap.position}"))

    async def _commit(self, batch: Sequence[Envelope], cursors: dict[int, int]) -> None:
        held = self._holding.copy()
        decision = BatchDecision.of(batch, held, self.handlers, self._meter, self._log)
        unit = self._executor.unit(Cause(batch[0].event_id, actor=self.name))
        # Held until the others find our states in memory.
        async with self._executor.latches.hold(decision.streams()):
            with self._meter.batch(batch):
                await decision.decide(unit)
                unit.work.cursors = [
                    CursorMove(self.name, self.source, partition, self._cursors[partition], to)
                    for partition, to in cursors.items()
                    if to != self._cursors[partition]
                ]
                try:
                    await self._committer.commit(unit.work)
                except ConcurrencyConflict:
                    unit.forget()
                    raise
            unit.committed()
        self._gaps = 0
        self._cursors = cursors
        self._holding = held

    async def _bury(self, envelope: Envelope, error: Exception) -> None:
        held = self._holding.copy()
        unit = self._executor.unit(Cause(envelope.event_id, actor=self.name))
        unit.work.dead.append(held.bury(envelope, *reason(error)))
        at = self._cursors[envelope.partition]
        unit.work.cursors = [CursorMove(self.name, self.source, envelope.partition, at, envelope.position)]
        try:
            await self._committer.commit(unit.work)
        except (LostCursor, Unavailable):
            await self.close()
            return
        self._cursors[envelope.partition] = envelope.position
        self._holding = held

    async def _pause(self, failures: int, error: Exception) -> None:
        self.trouble = f"{type(error).__name__}: {error}"
        seconds = min(0.05 * 2 ** min(failures, 7), 5.0) * self._rng.uniform(0.5, 1.0)
        if failures > 1:
            self._log.warning("consumer.retry", reason=self.trouble, failures=failures, seconds=round(seconds, 2))
        await self._executor.clock.sleep(seconds)

    # -- dead letters -------------------------------------------------------------------------------------------

    async def settle_requested(self) -> int:
        """Replay or discard the dead letters somebody asked for, then what waits behind them, in order.

        Returns how many messages were settled. A message that fails again stays a dead letter with its new reason.
        """
        async with self._busy:
            settled = await self._settling.run()
            # Also when nothing was settled here: another replica may have done it, and this one would park for ever.
            self._holding.load(await self._store.parked_keys(self.name, self.source))
        return settled


def is_gap(envelope: Envelope, cursor: int) -> bool:
    """Whether a message of the same partition is missing between the cursor and this one."""
    return envelope.prev != cursor
