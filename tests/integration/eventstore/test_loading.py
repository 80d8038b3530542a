"""What is loaded by COPY into a table that is being built is what the running one is given by statements."""

import asyncio
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.eventstore.postgres.loading import Loader
from shared.eventstore.postgres.row_shapes import RowShape
from shared.eventstore.postgres.views import ViewWriter
from shared.eventstore.rows import Add, Put, Remove, RowChange

TABLES = MetaData()
THINGS = Table(
    "things",
    TABLES,
    Column("id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("said", JSONB),
    Column("name", Text),
    Column("size", Integer),
)
SUMS = Table("sums", TABLES, Column("what", Text, primary_key=True), Column("a", BigInteger), Column("b", BigInteger))

said = st.none() | st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4))


@st.composite
def things(draw: st.DrawFn) -> RowChange:
    key = (draw(st.sampled_from("abc")), draw(st.sampled_from((date(2026, 1, 1), date(2026, 1, 2)))))
    values: dict[str, Any] = {"said": said, "name": st.none() | st.sampled_from("xyz"), "size": st.integers(0, 9)}
    chosen = draw(st.sets(st.sampled_from(sorted(values))))
    row = {"id": key[0], "day": key[1]} | {name: draw(values[name]) for name in sorted(chosen)}
    return Put("things", key, row) if draw(st.booleans()) else Remove("things", key)


sums = st.builds(
    lambda what, amounts: Add("sums", (what,), amounts),
    st.sampled_from("pq"),
    st.dictionaries(st.sampled_from("ab"), st.integers(-5, 5), min_size=1),
)


def test_rows_that_are_loaded_are_the_rows_that_statements_write(database_url: str) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(batches=st.lists(st.lists(things() | sums, max_size=12), min_size=1, max_size=4))
    def both_ways(batches: list[list[RowChange]]) -> None:
        assert asyncio.run(_rows(database_url, batches, load=True)) == asyncio.run(
            _rows(database_url, batches, load=False)
        )

    both_ways()


async def _rows(url: str, batches: list[list[RowChange]], *, load: bool) -> list[Any]:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(TABLES.drop_all)
        await connection.run_sync(TABLES.create_all)
        await _write(connection, batches, load=load)
        found = [tuple(row) for table in ("things", "sums") for row in await connection.execute(text(f"TABLE {table}"))]
    await engine.dispose()
    return sorted(found, key=repr)


async def _write(connection: AsyncConnection, batches: list[list[RowChange]], *, load: bool) -> None:
    loader = Loader(connection, {name: RowShape(table) for name, table in TABLES.tables.items()})
    writer = ViewWriter(dict(TABLES.tables))
    for changes in batches:
        await (loader.write(changes) if load else writer.write(connection, changes))
