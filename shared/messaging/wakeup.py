"""Waking a loop: by a signal in this process, by a doorbell of another, and at the latest by a poll.

The signal makes it fast, the poll makes it safe. An idle loop polls ever more slowly, up to a second: eight loops that
poll every 100 ms cost several per cent of a core for nothing.
"""

import asyncio

FIRST_POLL = 0.1
SLOWEST_POLL = 1.0


class Wakeup:
    """An event with a deadline that stretches while nothing happens. Seconds are real time: it is no deadline of the
    domain.
    """

    def __init__(self, first: float = FIRST_POLL, slowest: float = SLOWEST_POLL) -> None:
        self._event = asyncio.Event()
        self._first = first
        self._slowest = slowest
        self._pause = first

    def ring(self) -> None:
        """There may be something to do."""
        self._event.set()

    def clear(self) -> None:
        """Forget earlier rings; call it before looking, so that a ring in between is not lost."""
        self._event.clear()

    async def wait(self, at_most: float | None = None) -> bool:
        """Wait for a ring, or for the poll to fall due. Returns whether it was a ring."""
        pause = self._pause if at_most is None else min(at_most, self._pause)
        try:
            async with asyncio.timeout(pause):
                await self._event.wait()
        except TimeoutError:
            self._pause = min(self._pause * 2, self._slowest)
            return False
        self._pause = self._first
        return True
