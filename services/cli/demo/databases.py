"""Looking into the services' databases, as an auditor would: to see what is true, not what an API says of it."""

import asyncio
from typing import Any, Self

import asyncpg

from services.cli.catalogue import NAMES
from services.cli.launcher import LocalInstallation


class Databases:
    """A few connections per service: one to watch with while another waits."""

    def __init__(self, installation: LocalInstallation) -> None:
        self._installation = installation
        self._open: dict[str, asyncpg.Pool] = {}

    async def __aenter__(self) -> Self:
        for name in NAMES:
            self._open[name] = await asyncpg.create_pool(self._installation.database_url(name), min_size=1, max_size=3)
        return self

    async def __aexit__(self, *_: object) -> None:
        for pool in self._open.values():
            await pool.close()

    async def rows(self, service: str, query: str, *arguments: Any) -> list[Any]:
        """The rows of a query."""
        found: list[Any] = await self._open[service].fetch(query, *arguments)
        return found

    async def value(self, service: str, query: str, *arguments: Any) -> Any:
        """The first column of the first row."""
        return await self._open[service].fetchval(query, *arguments)

    async def quiet(self) -> bool:
        """Whether nothing is under way: queues empty, every consumer at the end of every stream it follows."""
        ends: dict[str, int] = {}
        for name in NAMES:
            if await self.value(name, "SELECT count(*) FROM outbox"):
                return False
            ends[f"OUT_{name.upper()}"] = await self.value(name, "SELECT coalesce(max(position), 0) FROM outbound")
        for name in NAMES:
            for source, position in await self.rows(name, "SELECT source, max(position) FROM cursors GROUP BY source"):
                if position < ends.get(source, 0):
                    return False
        return True

    async def until_quiet(self, seconds: float = 180) -> None:
        """Wait until nothing is under way, twice in a row; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            calm = 0
            while calm < 2:
                calm = calm + 1 if await self.quiet() else 0
                await asyncio.sleep(0.1)
