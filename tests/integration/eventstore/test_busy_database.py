"""A database that is busy is no reason to condemn what waits for it."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.records import CursorMove, Work
from shared.kernel.errors import Unavailable
from shared.messaging.failures import is_transient
from tests.support.sample import MODEL, VIEWS


@pytest.mark.parametrize("limit", ["lock_timeout", "statement_timeout"])
async def test_bug_301_a_lock_that_is_held_for_long_makes_no_dead_letter(
    engine: AsyncEngine, database_url: str, limit: str
) -> None:
    """It came out as a constraint that the message broke: a consumer buried one message after the other."""
    await migrate(engine, MODEL)
    impatient = create_async_engine(database_url, connect_args={"server_settings": {limit: "150"}})
    store = PostgresStore(impatient, VIEWS)
    await store.begin_cursors("c", "OUT_X", (3,))
    work = Work(cursors=[CursorMove("c", "OUT_X", 3, 0, 7)])
    async with engine.begin() as other:
        await other.execute(text("SELECT FROM cursors FOR UPDATE"))
        with pytest.raises(Unavailable) as error:
            await store.commit([work])
        assert is_transient(error.value)
    assert await store.commit([work]) == [None]
    await impatient.dispose()
