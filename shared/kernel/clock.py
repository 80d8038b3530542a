"""Time as a port, so that everything can run on simulated time.

Instants are aware datetimes in UTC. Code never calls `datetime.now` or `asyncio.sleep` itself: a rule that cannot be
moved through time cannot be tested, and the simulator could not replay it.
"""

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for that long on this clock."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ShiftedClock:
    """The machine's clock plus an offset that can be moved: months pass in a demonstration at a word.

    Only the notion of *now* is shifted; waiting still takes real time, so poll loops keep their pace.
    """

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    @classmethod
    def by_seconds(cls, seconds: float) -> "ShiftedClock":
        """A clock that many seconds ahead (or, if negative, behind)."""
        return cls(timedelta(seconds=seconds))

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def shift(self, by: timedelta) -> None:
        """Move *now* by that much (backwards too: clocks jump both ways)."""
        self._offset += by


class ManualClock:
    """A clock that stands still until a test moves it; sleepers wake in order of their due time."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 1, 1, tzinfo=UTC)
        self._sleepers: list[tuple[datetime, int, asyncio.Event]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.Event()
        heapq.heappush(self._sleepers, (self._now + timedelta(seconds=seconds), next(self._order), woken))
        await woken.wait()

    def advance(self, by: timedelta) -> None:
        """Let that much time pass, waking every sleeper that falls due on the way."""
        target = self._now + by
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, woken = heapq.heappop(self._sleepers)
            self._now = max(self._now, due)
            woken.set()
        self._now = target


def monotonic() -> float:
    """Seconds for measuring durations only; never stored, never compared between processes."""
    return time.monotonic()
