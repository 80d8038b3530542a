"""The audit trail in the database: with its effect or not at all, one chain whoever writes, never changed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.eventstore.audit import AuditRecord, ChainCheck
from shared.eventstore.context import Cause
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres import audit_trail
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from tests.support.kernel import Kernel, assemble
from tests.support.sample import ACCOUNT, MODEL, VIEWS, Credit, Open

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
async def kernels(engine: AsyncEngine) -> AsyncIterator[list[Kernel]]:
    """Three processes on one database."""
    await migrate(engine, MODEL)
    engines = [create_async_engine(engine.url) for _ in range(3)]
    yield [assemble(MODEL, PostgresStore(one, VIEWS), seed=n) for n, one in enumerate(engines)]
    for one in engines:
        await one.dispose()


async def trail(engine: AsyncEngine) -> list[AuditRecord]:
    return [record async for record in audit_trail.read(engine, chunk=7)]


async def look(kernel: Kernel, number: int) -> None:
    async def job(unit: UnitOfWork) -> None:
        unit.audit("member.read", f"m{number}", purpose="display", fields=["name"])

    await kernel.executor.run(job, Cause("look", actor=f"clerk-{number % 3}", traceparent=TRACE))


async def test_many_writers_in_several_processes_make_one_unbroken_chain(
    engine: AsyncEngine, kernels: list[Kernel]
) -> None:
    await asyncio.gather(*(look(kernels[number % 3], number) for number in range(90)))

    records, check = await trail(engine), ChainCheck()
    for record in records:
        check.see(record)
    assert check.faults() == []
    assert [record.number for record in records] == list(range(1, 91))
    assert {record.subject for record in records} == {f"m{number}" for number in range(90)}
    assert {record.trace_id for record in records} == {"0af7651916cd43dd8448eb211c80319c"}
    assert len([r async for r in audit_trail.read(engine, actor="clerk-1")]) == 30
    assert [r.subject async for r in audit_trail.read(engine, subject="m7")] == ["m7"]


async def test_an_effect_and_its_record_are_stored_together_or_not_at_all(
    engine: AsyncEngine, kernels: list[Kernel]
) -> None:
    kernel, other = kernels[0], kernels[1]

    async def open_(unit: UnitOfWork) -> None:
        await unit.handle(ACCOUNT, "a", Open(account="a"))
        unit.audit("account.opened", "a")

    await kernel.executor.run(open_, Cause("a"))
    await other.executor.run(lambda unit: unit.handle(ACCOUNT, "a", Credit(account="a", cents=5)), Cause("a"))

    async def fails(unit: UnitOfWork) -> None:
        unit.audit("account.refused", "a")
        raise Refused("no", "no")

    with contextlib.suppress(Refused):
        await kernel.executor.run(fails, Cause("a"))
    async with engine.begin() as connection:  # the trail cannot be written
        await connection.execute(text("ALTER TABLE audit ADD CONSTRAINT no_more CHECK (number < 2) NOT VALID"))

    async def credit(unit: UnitOfWork) -> None:
        await unit.handle(ACCOUNT, "a", Credit(account="a", cents=7))
        unit.audit("account.credited", "a")

    with pytest.raises(DBAPIError, match="no_more"):
        await kernel.executor.run(credit, Cause("a"))

    assert [record.action for record in await trail(engine)] == ["account.opened"]
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT max(version) FROM events"))).scalar() == 2


async def test_a_conflict_leaves_one_record_of_what_happened_once(engine: AsyncEngine, kernels: list[Kernel]) -> None:
    async def credit(unit: UnitOfWork) -> None:
        if not (await unit.state(ACCOUNT, "a")).name:
            await unit.handle(ACCOUNT, "a", Open(account="a"))
        await unit.handle(ACCOUNT, "a", Credit(account="a", cents=1))
        unit.audit("account.credited", "a")

    await asyncio.gather(*(kernel.executor.run(credit, Cause("a")) for kernel in kernels))

    assert len(await trail(engine)) == 3


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
async def test_nobody_changes_what_is_on_record(engine: AsyncEngine, kernels: list[Kernel], statement: str) -> None:
    await look(kernels[0], 1)
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError, match="append-only"):
            await connection.execute(text(statement))
    assert len(await trail(engine)) == 1
