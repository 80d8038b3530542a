"""Reading a stream of ours from one position to another, and noticing what is not there.

Our positions have no gaps, so a position that is passed over is a message that the broker has lost. Its own account of the
stream need not say so: a block that went bad on the disk after it was indexed counts as whole, and a reader is handed what
comes before and after without a word. Whoever waits for the end of a stream must not wait for ever either.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from shared.contracts.base import PARTITIONS
from shared.messaging.bus import Bus
from shared.messaging.envelope import Envelope

PATIENCE = 15.0
"""Seconds of silence after which what is left is held to be lost. Longer than a reader needs to notice that its consumer
is gone, which is not a loss."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Positions that cannot be read, both ends included."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


async def read_whole(
    bus: Bus, stream: str, after: int, up_to: int, on_hole: Callable[[Hole], None]
) -> AsyncIterator[list[Envelope]]:
    """The messages after one position and up to another, in order. `on_hole` is told of what is missing as soon as the
    next message shows it, and may raise. Raises `BusUnavailable` and `ReaderClosed`.
    """
    at = after
    async with bus.reader(stream, after + 1, range(PARTITIONS)) as reader:
        while at < up_to:
            try:
                async with asyncio.timeout(PATIENCE):
                    batch = await reader.read()
            except TimeoutError:
                await bus.last_sequence(stream)  # a broker that is away has lost nothing
                on_hole(Hole(at + 1, up_to))
                return
            wanted = [envelope for envelope in batch if envelope.position <= up_to]
            for envelope in batch:
                if envelope.position > at + 1 and at < up_to:
                    on_hole(Hole(at + 1, min(envelope.position - 1, up_to)))
                at = envelope.position
            if wanted:
                yield wanted


async def holes_of(bus: Bus, stream: str, up_to: int, after: int = 0) -> list[Hole]:
    """What cannot be read there. Raises `BusUnavailable` and `ReaderClosed`."""
    found: list[Hole] = []
    async for _ in read_whole(bus, stream, after, up_to, found.append):
        pass
    return found
