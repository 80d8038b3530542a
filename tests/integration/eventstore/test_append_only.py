"""History cannot be rewritten, not even by hand."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.context import Cause
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.unit_of_work import UnitOfWork
from shared.messaging.postgres_outbound import PostgresOutboundQueue
from tests.support.kernel import assemble
from tests.support.sample import ACCOUNT, MODEL, VIEWS, Open


@pytest.mark.parametrize("table", ["events", "outbound"])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET data = data", "DELETE FROM {table}", "TRUNCATE {table}"])
async def test_what_was_stored_can_be_neither_changed_nor_removed(
    engine: AsyncEngine, table: str, statement: str
) -> None:
    await migrate(engine, MODEL)
    kernel = assemble(MODEL, PostgresStore(engine, VIEWS))

    async def job(unit: UnitOfWork) -> None:
        await unit.handle(ACCOUNT, "a", Open(account="a"))

    await kernel.executor.run(job, Cause("a"))
    async with PostgresOutboundQueue(engine).lead() as leadership:
        assert len(await leadership.sequence(10)) == 1
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError, match="append-only"):
            await connection.execute(text(statement.format(table=table)))
    async with engine.connect() as connection:
        assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar() == 1
