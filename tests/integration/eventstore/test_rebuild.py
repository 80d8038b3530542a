"""A read model is rebuilt while it is being written, and equals the one that was there."""

import asyncio
import dataclasses
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.registry import MemberAdmitted
from shared.eventstore.context import Cause
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rebuild import rebuild, rebuild_all
from shared.eventstore.rows import Put, RowChange
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Unavailable
from tests.support.kernel import Kernel, assemble
from tests.support.sample import ACCOUNT, MODEL, PROJECTION, VIEWS, Credit, Credited, Open, Opened


async def credit(kernel: Kernel, account: str, cents: int) -> None:
    async def job(unit: UnitOfWork) -> None:
        if not (await unit.state(ACCOUNT, account)).name:
            await unit.handle(ACCOUNT, account, Open(account=account))
        await unit.handle(ACCOUNT, account, Credit(account=account, cents=cents))

    await kernel.executor.run(job, Cause(account))


async def table(engine: AsyncEngine, name: str) -> list[Any]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(f"SELECT * FROM {name} ORDER BY 1"))]


async def test_a_rebuild_under_writes_gives_what_the_writes_gave(engine: AsyncEngine) -> None:
    await migrate(engine, MODEL)
    kernels = [assemble(MODEL, PostgresStore(engine, VIEWS), seed=n) for n in range(2)]
    for n in range(60):
        await credit(kernels[0], f"a{n % 7}", n)
    stop = asyncio.Event()
    written = 0

    async def writer(kernel: Kernel, offset: int) -> None:
        nonlocal written
        while not stop.is_set():
            await credit(kernel, f"w{offset}-{written % 9}", 1)
            written += 1

    writers = [asyncio.create_task(writer(kernel, n)) for n, kernel in enumerate(kernels)]
    reports = [await rebuild(engine, MODEL, PROJECTION) for _ in range(4)]
    stop.set()
    await asyncio.gather(*writers)
    assert written > 0
    assert [report.different for report in reports] == [0, 0, 0, 0]
    before = await table(engine, "accounts"), await table(engine, "totals")
    final = await rebuild(engine, MODEL, PROJECTION)
    assert final.different == 0
    assert (await table(engine, "accounts"), await table(engine, "totals")) == before
    assert dict(before[1])["cents"] == sum(range(60)) + written


async def test_a_changed_projection_is_built_anew_with_its_new_columns(engine: AsyncEngine) -> None:
    await migrate(engine, MODEL)
    kernel = assemble(MODEL, PostgresStore(engine, VIEWS))
    await credit(kernel, "a", 5)
    views = MetaData()
    Table("accounts", views, Column("account", Text, primary_key=True), Column("last_credit", Text))
    Table("totals", views, Column("what", Text, primary_key=True))

    def opened(event: Opened, _: Fact) -> list[RowChange]:
        return [Put("accounts", (event.account,), {"account": event.account})]

    def credited(event: Credited, _: Fact) -> list[RowChange]:
        return [Put("accounts", (event.account,), {"account": event.account, "last_credit": str(event.cents)})]

    newer = Projection("accounts", 2, ("accounts", "totals"), {Opened: opened, Credited: credited}, {})
    model = dataclasses.replace(MODEL, projections=(newer,), views=views)
    assert await migrate(engine, model) == ["accounts"]
    assert await migrate(engine, model) == []
    assert await table(engine, "accounts") == [("a", "5")]


async def test_a_rebuild_says_how_many_rows_were_wrong(engine: AsyncEngine) -> None:
    await migrate(engine, MODEL)
    kernel = assemble(MODEL, PostgresStore(engine, VIEWS))
    for account in "abcd":
        await credit(kernel, account, 5)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM accounts WHERE account = 'a'"))
        await connection.execute(text("UPDATE accounts SET state = NULL WHERE account = 'b'"))
        await connection.execute(text("INSERT INTO accounts VALUES ('nobody', 1, 'open'), ('none', 2, 'open')"))
    report = await rebuild(engine, MODEL, PROJECTION)
    assert report.different == 4
    assert report.rows == {"accounts": (5, 4), "totals": (2, 2)}
    assert report.facts == 8
    assert [row[0] for row in await table(engine, "accounts")] == [*"abcd"]


async def test_an_event_that_several_read_models_are_made_of_reaches_each(engine: AsyncEngine) -> None:
    views = MetaData()
    for name in ("one", "other"):
        Table(name, views, Column("account", Text, primary_key=True))

    def into(name: str) -> Any:
        return {Opened: lambda event, _: [Put(name, (event.account,), {"account": event.account})]}

    projections = tuple(Projection(name, 1, (name,), into(name), {}) for name in ("one", "other"))
    model = dataclasses.replace(MODEL, projections=projections, views=views)
    await migrate(engine, model)
    kernel = assemble(model, PostgresStore(engine, views))
    for account in "abc":
        await credit(kernel, account, 1)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM one"))
    one, other = await rebuild_all(engine, model, projections)
    assert (one.facts, one.different, other.facts, other.different) == (3, 3, 3, 0)
    assert await table(engine, "one") == await table(engine, "other") == [("a",), ("b",), ("c",)]


async def test_bug_2400_a_column_that_changes_its_type_does_not_stop_a_rebuild(engine: AsyncEngine) -> None:
    await migrate(engine, MODEL)
    await credit(assemble(MODEL, PostgresStore(engine, VIEWS)), "a", 5)
    views = MetaData()
    Table("accounts", views, Column("account", Text, primary_key=True), Column("cents", JSONB), Column("state", Text))
    Table("totals", views, Column("what", Text, primary_key=True), Column("amount", BigInteger))

    def credited(event: Credited, _: Fact) -> list[RowChange]:
        return [Put("accounts", (event.account,), {"account": event.account, "cents": [event.cents]})]

    newer = Projection("accounts", 2, ("accounts", "totals"), {Credited: credited}, {})
    assert await migrate(engine, dataclasses.replace(MODEL, projections=(newer,), views=views)) == ["accounts"]
    assert await table(engine, "accounts") == [("a", [5], None)]


async def test_old_events_are_lifted_and_long_streams_are_read_from_snapshots(engine: AsyncEngine) -> None:
    model = dataclasses.replace(MODEL, deciders=(dataclasses.replace(ACCOUNT, long_streams=True),))
    [account] = model.deciders
    await migrate(engine, model)
    store = PostgresStore(engine, VIEWS)
    kernel = assemble(model, store)
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO streams VALUES ('account-old', 'account', 2)"))
        await connection.execute(
            text(
                "INSERT INTO events"
                " (stream_id, version, event_id, type, schema_version, data, meta, correlation_id, recorded_at)"
                " VALUES ('account-old', 1, 'e1', 'opened', 1, '{\"account\": \"old\"}', '{}', '', now()),"
                " ('account-old', 2, 'e2', 'credited', 1, '{\"account\": \"old\", \"yuan\": 1.5}', '{}', '', now())"
            )
        )

    async def state(kernel: Kernel) -> Any:
        return await kernel.executor.run(lambda unit: unit.state(account, "old"), Cause("x"))

    assert (await state(kernel)).cents == 150
    for _ in range(120):
        await kernel.executor.run(
            lambda unit: unit.handle(account, "old", Credit(account="old", cents=1)), Cause("old")
        )
    cold = assemble(model, store)
    assert (await state(cold)).cents == 270
    fingerprint = cold.repository._fingerprint(account)
    assert (await store.snapshots(["account-old"], fingerprint))["account-old"].version == 122
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE snapshots SET state = replace(state, '270', '999')"))
    assert (await state(assemble(model, store))).cents == 999  # read from the snapshot, not folded again
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE snapshots SET fingerprint = 'other code'"))
    assert (await state(assemble(model, store))).cents == 270


async def test_a_read_model_has_the_indexes_that_it_declares(engine: AsyncEngine) -> None:
    views = MetaData()
    Table("accounts", views, Column("account", Text, primary_key=True), Column("state", Text, index=True))
    projection = Projection("accounts", 1, ("accounts",), {}, {})
    model = dataclasses.replace(MODEL, projections=(projection,), views=views)
    await migrate(engine, model)
    for _ in range(2):
        async with engine.connect() as connection:
            found = await connection.execute(
                text("SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'accounts_v%' AND indexdef LIKE '%(state)'")
            )
            assert len(found.all()) == 1
        await rebuild(engine, model, projection)


async def test_of_several_that_are_rebuilt_one_that_fails_says_why_and_leaves_its_old_tables(
    engine: AsyncEngine,
) -> None:
    views = MetaData()
    for name in ("good", "bad"):
        Table(name, views, Column("account", Text, primary_key=True))
    projections = tuple(Projection(name, 1, (name,), {}, {}) for name in ("good", "bad"))
    model = dataclasses.replace(MODEL, projections=projections, views=views)
    await migrate(engine, model)

    foreign = dataclasses.replace(projections[1], foreign={MemberAdmitted: lambda event, fact: []})
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO bad VALUES ('kept')"))
        await connection.execute(
            text("INSERT INTO cursors (consumer, source, partition, position) VALUES (:name, 'OUT_REGISTRY', 0, 7)"),
            {"name": model.name},
        )
    with pytest.raises(Unavailable, match=r"^no-history:"):
        await rebuild_all(engine, model, (foreign, projections[0]))
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT account FROM bad"))).scalars().all() == ["kept"]
