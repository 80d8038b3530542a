"""Reads this service's own stream through, slowly and again and again: the only way to learn that the broker lost something
in its middle which its own account of the stream still counts (ADR 41).
"""

import asyncio
from time import perf_counter

import structlog

from shared.kernel.clock import monotonic
from shared.messaging.bus import Bus
from shared.messaging.relay import Relay
from shared.messaging.whole_stream import Hole, holes_of, read_whole
from shared.observability.metrics import Metrics
from shared.runtime.rounds import rounds

SHARE = 0.05
"""Of this process's time: a stream of a million messages takes about twenty minutes then, and nobody feels it."""

log = structlog.get_logger("stream-patrol")


class StreamPatrol:
    """Until cancelled, where the relay of this process leads. What it finds is an alarm, never an end of the service.

    The whole is read every `whole` seconds; holes that are known are looked at again every `again` seconds, so that a
    stream which was made anew is soon known to be whole.
    """

    def __init__(self, relay: Relay, bus: Bus, metrics: Metrics, *, whole: float, again: float) -> None:
        self._relay = relay
        self._bus = bus
        self._missing = metrics.stream_missing.labels("reader")
        self._whole = whole
        self._again = again
        self._due = 0.0
        self.holes: list[Hole] = []

    async def run(self) -> None:
        """Look, wait."""
        await rounds("stream-patrol", self.look, lambda: asyncio.sleep(self._again))

    async def look(self) -> None:
        """One round. Raises `BusUnavailable` and `ReaderClosed`."""
        if not self._relay.leading:
            self._due = 0.0  # whoever leads next begins at the start
            self._tell([])
        elif self.holes:
            self._tell(await self._still_there())
        elif monotonic() >= self._due:
            self._tell(await self._through())
            self._due = monotonic() + self._whole

    async def _through(self) -> list[Hole]:
        found: list[Hole] = []
        stream = self._relay.stream
        began = perf_counter()
        async for _ in read_whole(self._bus, stream, 0, await self._bus.last_sequence(stream), found.append):
            await asyncio.sleep((perf_counter() - began) * (1 / SHARE - 1))
            began = perf_counter()
        return found

    async def _still_there(self) -> list[Hole]:
        """Also while the relay is filling the stream again: what lies beyond its end is not there yet."""
        end = await self._bus.last_sequence(self._relay.stream)
        found: list[Hole] = []
        for hole in self.holes:
            if hole.last > end:
                found.append(hole)
            else:
                found += await holes_of(self._bus, self._relay.stream, hole.last, hole.first - 1)
        return found

    def _tell(self, holes: list[Hole]) -> None:
        if holes and not self.holes:
            log.error(
                "stream.holed", stream=self._relay.stream, at=", ".join(map(str, holes[:5])), places=len(holes),
                remedy="docs/runbooks/stream-damaged.md",
            )  # fmt: skip
        elif self.holes and not holes:
            log.warning("stream.whole-again", stream=self._relay.stream)
        self.holes = holes
        self._missing.set(sum(map(len, holes)))
