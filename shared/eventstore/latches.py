"""Lets one consumer of a process wait for another that is deciding on the same streams.

Three services report about a relocation at about the same time, each through a consumer of its own. Optimism would let all
three decide at once, and two of them decide whole batches again: a third of all decisions, when it was measured. Whoever
waits here finds the other's result in memory. Other processes, and commands, are not held up: against them the version check
decides, and nothing depends on anybody holding anything.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager


class Latches:
    """Streams that somebody is deciding on."""

    def __init__(self) -> None:
        self._held: dict[str, asyncio.Future[None]] = {}

    @asynccontextmanager
    async def hold(self, stream_ids: Iterable[str]) -> AsyncIterator[None]:
        """Wait until nobody holds any of them, then hold them all. Never while holding others: so nobody waits in a circle."""
        wanted = set(stream_ids)
        while busy := {self._held[one] for one in wanted & self._held.keys()}:
            await asyncio.wait(busy)
        let_go: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._held |= dict.fromkeys(wanted, let_go)
        try:
            yield
        finally:
            for one in wanted:
                del self._held[one]
            let_go.set_result(None)
