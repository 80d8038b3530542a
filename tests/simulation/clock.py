"""Each machine's own clock: the loop's time, and how far this machine is off."""

import asyncio
from datetime import UTC, datetime, timedelta

from tests.simulation.loop import SimulatedLoop

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class SimulatedClock:
    """`now` may be wrong and may jump; waiting takes the time it takes."""

    def __init__(self, loop: SimulatedLoop, offset: float = 0.0) -> None:
        self._loop = loop
        self.offset = offset

    def now(self) -> datetime:
        return BEGINNING + timedelta(seconds=self._loop.time() + self.offset)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
