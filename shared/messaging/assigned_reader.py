"""Reads one stream, only the partitions that were assigned, and others as soon as others are assigned."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack

import structlog

from shared.messaging.bus import Bus, BusUnavailable, Reader
from shared.messaging.envelope import Envelope

Begin = Callable[[], Awaitable[Mapping[int, int]]]
"""Gives the positions after which to read, by partition."""


class AssignedReader:
    """At most one reader of the broker at a time. One that is lost is opened anew at the positions that `begin` gives;
    `opened` is told of it, since the next message may come tomorrow.
    """

    def __init__(
        self, bus: Bus, source: str, partitions: Sequence[int], begin: Begin, opened: Callable[[], None]
    ) -> None:
        self.partitions = tuple(partitions)
        self._bus = bus
        self._source = source
        self._begin = begin
        self._opened = opened
        self._open: tuple[Reader, AsyncExitStack] | None = None
        self._assigned = asyncio.Event()
        self._waiting: asyncio.Timeout | None = None

    @property
    def is_open(self) -> bool:
        return self._open is not None

    def assign(self, partitions: Sequence[int]) -> None:
        """Read these from now on, and no others; what was handed over already is still to be handled."""
        if self.partitions != tuple(partitions):
            self.partitions = tuple(partitions)
            self._assigned.set()
            if self._waiting is not None:
                self._waiting.reschedule(asyncio.get_running_loop().time())

    async def read(self) -> Sequence[Envelope]:
        """The next messages; none when other partitions were assigned. Raises `BusUnavailable`, `ReaderClosed`, and what
        `begin` raises.
        """
        if self._assigned.is_set():
            self._assigned.clear()
            await self.close()
        if not self.partitions:
            await self._assigned.wait()
            return ()
        reader = self._open[0] if self._open is not None else await self._reopen()
        if self._assigned.is_set():
            return ()
        try:
            async with asyncio.timeout(None) as self._waiting:
                return await reader.read()
        except TimeoutError:
            if not self._assigned.is_set():
                raise  # not ours
            return ()
        finally:
            self._waiting = None

    async def _reopen(self) -> Reader:
        positions = await self._begin()
        start = min(positions.values()) + 1
        stack = AsyncExitStack()
        reader = await stack.enter_async_context(self._bus.reader(self._source, start, tuple(positions)))
        self._open = reader, stack
        self._opened()
        structlog.get_logger("consumer").info("consumer.opened", source=self._source, start=start)
        return reader

    async def close(self) -> None:
        """Let go of the broker's side."""
        found, self._open = self._open, None
        if found is not None:
            try:
                await found[1].aclose()
            except (BusUnavailable, OSError):
                structlog.get_logger("consumer").debug("consumer.close-failed", source=self._source)
