"""Lets a command through that keeps losing against batches.

A stream that takes dozens of facts a second (a relocation whose parties are being informed) changes between any command's
reading and its commit. Optimism then starves the command: batches go by, it decides again, and again. After a few
conflicts it goes through here alone: batches of this process pause for the milliseconds that one command takes. Other
processes are not held up, and against them the version check still decides.
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
