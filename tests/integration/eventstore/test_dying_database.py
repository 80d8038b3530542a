"""A database that dies in the middle of a statement is one that does not answer, whatever the driver makes of it."""

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.records import CursorMove, Work
from shared.kernel.errors import Unavailable
from shared.messaging.failures import is_transient
from shared.messaging.outbound import NotLeader
from shared.messaging.postgres_outbound import PostgresOutboundQueue
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
    await store.note_opening("c", "OUT_X", {3: 0})
    work = Work(cursors=[CursorMove("c", "OUT_X", 3, 0, 7)])
    with pytest.raises(Unavailable):
        await store.commit([work])
    assert await store.commit([work]) == [None]


async def test_bug_901_a_leader_ends_its_term(engine: AsyncEngine, dies_once: None) -> None:
    await migrate(engine, MODEL)
    with pytest.raises(NotLeader):
        async with PostgresOutboundQueue(engine).lead() as leadership:
            await leadership.sequence(10)
