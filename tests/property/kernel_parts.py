"""Parts for the kernel's property tests: one loop, no real time, and a store that lets others in at every step."""

import asyncio
import random
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import MetaData

from shared.eventstore.memory import MemoryStore
from shared.eventstore.records import StoredEvent, Work
from shared.eventstore.store import Outcome
from shared.kernel.clock import ManualClock
from shared.kernel.errors import Unavailable

R = TypeVar("R")


class HurriedClock(ManualClock):
    """Nobody waits: a sleeper lets the others have a turn and goes on."""

    async def sleep(self, seconds: float) -> None:
        for _ in range(3):
            await asyncio.sleep(0)


class BusyStore(MemoryStore):
    """A store on which every call takes a random number of turns, so that concurrent callers interleave at random.

    With `away` it fails now and then, before or after a commit took effect: its callers cannot know which.
    """

    def __init__(self, views: MetaData, rng: random.Random, away: float = 0.0) -> None:
        super().__init__(views)
        self._rng = rng
        self._away = away

    async def _dawdle(self) -> None:
        for _ in range(self._rng.randrange(4)):
            await asyncio.sleep(0)
        if self._rng.random() < self._away:
            raise Unavailable("database-away", "not now")

    async def commit(self, works: Sequence[Work]) -> list[Outcome]:
        await self._dawdle()
        outcomes = await super().commit(works)
        await self._dawdle()
        return outcomes

    async def read_streams(self, after: Mapping[str, int]) -> dict[str, list[StoredEvent]]:
        await self._dawdle()
        found = await super().read_streams(after)
        await self._dawdle()
        return found


class OneLoop:
    """Runs the steps of a state machine on one event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def __call__(self, step: Coroutine[Any, Any, R]) -> R:
        return self._loop.run_until_complete(step)

    def close(self) -> None:
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


async def promptly(step: Coroutine[Any, Any, R], turns: int = 50) -> R | None:
    """The result if it comes without anybody else doing anything; None when it would wait."""
    task = asyncio.ensure_future(step)
    for _ in range(turns):
        if task.done():
            return task.result()
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return None
