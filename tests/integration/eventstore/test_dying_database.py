"""A database that dies in the middle of a statement is one that does not answer, whatever the driver makes of it."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.embedded.ports import Ports
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.records import CursorMove, Work
from shared.kernel.errors import Unavailable
from shared.messaging.failures import is_transient
from shared.messaging.outbound import NotLeader
from shared.messaging.postgres_outbound import PostgresOutboundQueue
from shared.runtime.definition import Running
from tests.support.sample import MODEL, VIEWS


@pytest.fixture
def dies_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next statement meets a driver that has heard half of a server's last words, as chaos seed 7 made it."""
    whole = asyncpg.Connection.fetch
    died: list[str] = []

    async def fetch(self: asyncpg.Connection, query: str, *arguments: object) -> object:
        if not died:
            died.append(query)
            raise asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")
        return await whole(self, query, *arguments)

    monkeypatch.setattr(asyncpg.Connection, "fetch", fetch)


async def test_bug_901_a_database_that_dies_between_two_messages_condemns_nothing(
    engine: AsyncEngine, dies_once: None
) -> None:
    """It came out of a request as a 500, and of a consumer as a dead letter."""
    await migrate(engine, MODEL)
    store = PostgresStore(engine, VIEWS)
    with pytest.raises(Unavailable) as error:
        await store.read_streams({"a": 0})
    assert is_transient(error.value)
    assert await store.read_streams({"a": 0}) == {"a": []}


async def test_bug_901_what_was_to_be_committed_is_committed_at_the_next_attempt(
    engine: AsyncEngine, dies_once: None
) -> None:
    await migrate(engine, MODEL)
    store = PostgresStore(engine, VIEWS)
    await store.begin_cursors("c", "OUT_X", (3,))
    work = Work(cursors=[CursorMove("c", "OUT_X", 3, 0, 7)])
    with pytest.raises(Unavailable):
        await store.commit([work])
    assert await store.commit([work]) == [None]


async def test_bug_901_a_leader_ends_its_term(engine: AsyncEngine, dies_once: None) -> None:
    await migrate(engine, MODEL)
    with pytest.raises(NotLeader):
        async with PostgresOutboundQueue(engine).lead() as leadership:
            await leadership.sequence(10)


async def test_bug_902_a_query_while_the_database_is_away_says_so(engine: AsyncEngine, dies_once: None) -> None:
    """Reading a transfer while PostgreSQL was starting up was a 500."""
    ports = Ports()
    away = engine.url.set(port=ports.take("nobody"))
    ports.release()
    nobody = create_async_engine(away)
    with pytest.raises(Unavailable):
        async with asked(nobody).reading():
            pass
    async with asked(engine).reading() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar() == 1
    with pytest.raises(DBAPIError):
        async with asked(engine).reading() as connection:
            await connection.execute(text("SELECT nothing_of_the_kind"))


def asked(engine: AsyncEngine) -> Running:
    """As much of a running service as a query needs."""
    running = object.__new__(Running)
    running.engine = engine
    return running
