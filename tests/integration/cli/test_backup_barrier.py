"""Snapshots of several databases fit together, whatever is committed while they are taken."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from services.cli.backups import barrier
from services.cli.backups.barrier import snapshots
from services.cli.catalogue import ServiceEntry
from services.cli.installation import KnownService
from shared.embedded.databases import ensure_database
from shared.eventstore.migrate import migrate
from shared.kernel.errors import Unavailable
from tests.support.sample import MODEL
from tests.support.servers import Servers

PAIR = ("left", "right")
ROUNDS = 25


@pytest.fixture
async def services(servers: Servers) -> AsyncIterator[dict[str, KnownService]]:
    names = {name: f"barrier_{name}" for name in PAIR}
    for database in names.values():
        await ensure_database(servers.admin_url, database)
        engine = create_async_engine(
            servers.database_url(database).replace("postgresql://", "postgresql+asyncpg://"), pool_size=1
        )
        await migrate(engine, MODEL)
        await engine.dispose()
    yield {
        name: KnownService(ServiceEntry(name, f"nowhere:{name}"), None, None, None, servers.database_url(database))
        for name, database in names.items()
    }
    admin = await asyncpg.connect(servers.admin_url)
    for database in names.values():
        await admin.execute(f"DROP DATABASE {database} WITH (FORCE)")
    await admin.close()


async def speak(source: KnownService, follower: KnownService) -> None:
    """The source publishes, and the follower has handled it a moment later; for ever."""
    async with contextlib.AsyncExitStack() as stack:
        publisher = await asyncpg.connect(source.owned_database)
        stack.push_async_callback(publisher.close)
        here = await asyncpg.connect(follower.owned_database)
        stack.push_async_callback(here.close)
        position = 0
        while True:
            position += 1
            await publisher.execute("INSERT INTO outbound VALUES ($1, $2, 0, $3, 's', '', '')", position, position - 1,
                                    str(position))  # fmt: skip
            await here.execute(
                "INSERT INTO cursors (consumer, source, partition, position) VALUES ('c', $1, 0, $2)"
                " ON CONFLICT (consumer, source, partition) DO UPDATE SET position = excluded.position",
                f"OUT_{source.name.upper()}", position,
            )  # fmt: skip


async def test_no_service_has_handled_what_its_source_has_not_said(services: dict[str, KnownService]) -> None:
    left, right = services.values()
    talking = [asyncio.create_task(speak(left, right)), asyncio.create_task(speak(right, left))]
    seen: set[int] = set()
    try:
        for _ in range(ROUNDS):
            await asyncio.sleep(0.01)
            async with snapshots(services) as found:
                for one, other in (PAIR, PAIR[::-1]):
                    handled = found[one].cursors.get(other, 0)
                    assert handled <= found[other].position
                    seen.add(handled)
    finally:
        for task in talking:
            assert not task.done(), task.exception()
            task.cancel()
    assert len(seen) > ROUNDS / 2, "nothing was going on"


async def test_who_keeps_a_cursor_busy_is_not_waited_for_and_nobody_stays_held(
    services: dict[str, KnownService], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(barrier, "_PATIENCE", "SET lock_timeout = '50ms'")
    left, right = services.values()
    stuck = await asyncpg.connect(right.owned_database)
    write = "INSERT INTO cursors (consumer, source, partition, position) VALUES ($1, 's', 0, 1)"
    try:
        async with stuck.transaction():
            await stuck.execute(write, "stuck")
            with pytest.raises(Unavailable, match="backup-busy"):
                async with snapshots(services):
                    pass
            other = await asyncpg.connect(left.owned_database)
            await other.execute("SET lock_timeout = '1s'")
            await other.execute(write, "free")
            await other.close()
    finally:
        await stuck.close()
