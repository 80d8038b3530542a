"""Fires durable timers: deadlines become commands, in order, exactly once in effect.

A timer is a row that an event armed in its own transaction. Firing it deletes that very row (by its due time, too) in
the transaction that holds what it brings about, so a timer that two replicas fire at once, or that is re-armed in the
same moment, takes effect once or not at all.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import structlog

from shared.eventstore.context import Cause
from shared.eventstore.executor import Executor
from shared.eventstore.records import TimerRow
from shared.eventstore.store import TimerGone
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import ConcurrencyConflict, Unavailable, YanzhenError
from shared.kernel.timer import DueTimer
from shared.messaging.wakeup import Wakeup
from shared.observability.tracing import RELOCATION, span, traceparent_of_current

BATCH = 200
_RELOCATIONS = ("transfer", "relocation")
"""Kinds of stream whose identity is a relocation's."""
RETRY_REFUSED = timedelta(minutes=5)
_NEVER = datetime.max.replace(tzinfo=UTC)


class TimerRunner:
    """Runs until cancelled. `wakeup` is rung when the clock is moved; `armed` is told what was armed in this process."""

    def __init__(self, executor: Executor, wakeup: Wakeup) -> None:
        self._executor = executor
        self._store = executor.repository.store
        self._wakeup = wakeup
        self._log = structlog.get_logger("timers")
        self._upcoming: datetime | None = None
        self.fired = 0
        self.trouble: str | None = None

    def armed(self, timers: Iterable[TimerRow]) -> None:
        """Look again if one of these is due before the one that is waited for; to look after each commit costs a read."""
        if any(self._upcoming is None or timer.due_at < self._upcoming for timer in timers):
            self._wakeup.ring()

    async def run(self) -> None:
        """Fire what is due, then wait for the next."""
        while True:
            self._wakeup.clear()
            self._upcoming = None  # while we look, whatever is armed may come before what we find
            try:
                if await self.fire_due():
                    continue
                upcoming = await self._store.next_timer()
                self._upcoming, self.trouble = upcoming or _NEVER, None
            except (Unavailable, OSError) as error:
                self.trouble = str(error)
                upcoming = None
            at_most = None
            if upcoming is not None:
                at_most = max((upcoming - self._executor.clock.now()).total_seconds(), 0.0)
            await self._wakeup.wait(at_most)

    async def fire_due(self) -> int:
        """Fire everything due now, the earliest first. Returns how many timers were settled."""
        due = await self._store.due_timers(self._executor.clock.now(), BATCH)
        # One stream's timers in order, different streams together: they share transactions by group commit.
        waves: list[list[TimerRow]] = []
        seen: dict[str, int] = {}
        for timer in due:
            at = seen.get(timer.stream_id, -1) + 1
            seen[timer.stream_id] = at
            if at == len(waves):
                waves.append([])
            waves[at].append(timer)
        for wave in waves:
            await asyncio.gather(*(self._fire(timer) for timer in wave))
        return len(due)

    async def _fire(self, timer: TimerRow) -> None:
        decider = self._executor.repository.model.decider(timer.stream_type)
        if decider.on_timer is None:
            raise TypeError(f"{timer.stream_type} arms timers but has no on_timer")
        due = DueTimer(timer.stream_id, timer.name, timer.due_at, self._executor.clock.now())
        command = decider.on_timer(due)
        identity = timer.stream_id.removeprefix(f"{timer.stream_type}-")

        async def job(unit: UnitOfWork) -> None:
            unit.work.fired.append(timer)
            await unit.handle(decider, identity, command)

        about = {RELOCATION: identity} if timer.stream_type in _RELOCATIONS else {}
        try:
            with span(f"timer {timer.name}", attributes={"yanzhen.stream.type": timer.stream_type, **about}):
                cause = Cause(timer.correlation_id, None, f"timer:{timer.name}", traceparent_of_current())
                await self._executor.run(job, cause)
            self.fired += 1
        except TimerGone:
            self._log.debug("timer.gone", stream_type=timer.stream_type, name=timer.name)
        except ConcurrencyConflict:
            self._log.debug("timer.busy", stream_type=timer.stream_type, name=timer.name)  # still due: the next round
        except Unavailable:
            raise
        except YanzhenError as error:
            # A rule says no to its own deadline: a bug. Ask again later, loudly, rather than spin or forget it.
            self._log.error("timer.refused", stream_type=timer.stream_type, name=timer.name, reason=str(error))
            await self._postpone(timer)

    async def _postpone(self, timer: TimerRow) -> None:
        unit = self._executor.unit(Cause(timer.correlation_id, actor=f"timer:{timer.name}"))
        unit.work.fired.append(timer)
        later = self._executor.clock.now() + RETRY_REFUSED
        unit.work.armed.append(TimerRow(timer.stream_id, timer.stream_type, timer.name, later, timer.correlation_id))
        with contextlib.suppress(TimerGone):  # another replica has postponed it, or it was set anew
            await self._executor.committer.commit(unit.work)
