"""Idempotency keys as they are kept: what a client wrote is nowhere, and older keys go on counting."""

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.context import Cause
from shared.eventstore.executor import Answer, Once
from shared.eventstore.migrate import migrate
from shared.eventstore.migrations.versions import kernel_0003
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import IdempotencyMismatch
from shared.web.idempotency import IdempotencyKey
from tests.support.kernel import assemble
from tests.support.sample import MODEL, VIEWS


def digested(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        kernel_0003.upgrade()


async def test_a_request_that_was_answered_before_the_migration_is_answered_alike_after_it(engine: AsyncEngine) -> None:
    await migrate(engine, MODEL)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO idempotency_keys (key, fingerprint, status, body) VALUES "
            "('alice/13812345678', 'print', 201, '{\"n\":1}'), ('bob/k', 'print', 201, '{\"n\":2}')"
        )
        await connection.run_sync(digested)
        kept = (await connection.execute(text("SELECT key, fingerprint FROM idempotency_keys"))).all()
    kernel = assemble(MODEL, PostgresStore(engine, VIEWS))

    async def never(unit: UnitOfWork) -> Answer:
        raise AssertionError("it was done before")

    async def again(caller: str, key: str, fingerprint: str) -> Answer:
        own = IdempotencyKey(key, fingerprint).of(caller)
        return await kernel.executor.run_once(never, Cause("a"), Once(own.key, own.fingerprint))

    answer = await again("alice", "13812345678", "print")
    assert (answer.status, answer.body, answer.repeated) == (201, {"n": 1}, True)
    assert (await again("bob", "k", "print")).body == {"n": 2}
    with pytest.raises(IdempotencyMismatch):
        await again("bob", "k", "another")
    assert {len(value) for row in kept for value in row} == {64}
