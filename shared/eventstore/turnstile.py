"""Lets through, alone, whoever keeps losing.

A stream that takes dozens of facts a second (a relocation whose parties are being informed) changes between anybody's
reading and committing. Optimism then starves: a command is decided again and again while batches go by, and a batch of two
hundred messages is decided again for one of them. After a few conflicts either goes through here alone: the others of this
process pause for the milliseconds it takes. Other processes are not held up; against them the version check decides.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turnstile:
    """Many may pass together, or one alone. Whoever wants to be alone goes before those who come later."""

    def __init__(self) -> None:
        self._inside = 0
        self._alone = asyncio.Lock()
        self._empty = asyncio.Event()
        self._empty.set()

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Pass as one of many."""
        async with self._alone:
            self._inside += 1
            self._empty.clear()
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Wait until those inside have left, keep others out, and pass."""
        async with self._alone:
            await self._empty.wait()
            yield
