"""A group in one statement and the same group claim by claim: whatever it holds, both ways say and leave the same."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.eventstore.migrate import migrate
from shared.eventstore.postgres import lanes as lanes_module
from shared.eventstore.postgres import store as store_module
from shared.eventstore.postgres.lanes import Lanes
from shared.eventstore.postgres.one_statement import parts_of
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.postgres.views import ViewWriter
from shared.eventstore.records import (
    CursorMove,
    IdempotencyRecord,
    InboxEntry,
    NewEvent,
    OutgoingMessage,
    StreamAppend,
    TimerRow,
    Work,
)
from shared.eventstore.rows import Add, Put, Remove
from shared.kernel.errors import Unavailable
from tests.support.sample import MODEL, VIEWS

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TABLES = ("streams", "timers", "cursors", "inbox", "idempotency_keys", *sorted(VIEWS.tables))
_TIMES = ("moved_at", "received_at", "created_at")

streams = st.sampled_from("abc")
versions = st.integers(0, 3)
timers = st.builds(
    lambda stream, name, hours: TimerRow(stream, "account", name, NOW + timedelta(hours=hours), "story"),
    streams, st.sampled_from(["due", "late"]), st.integers(0, 1),
)  # fmt: skip

moves = st.builds(
    CursorMove, st.just("c"), st.just("OUT_X"), st.integers(0, 1), st.integers(0, 2), st.integers(1, 2)
)  # fmt: skip


def append(stream: str, expected: int, count: int) -> StreamAppend:
    events = tuple(NewEvent(f"{stream}-{expected + i + 1}", "credited", 1, '{"n": 1}') for i in range(count))
    return StreamAppend(stream, "account", expected, events, '{"actor": "test"}', "story", NOW)


works = st.builds(
    Work,
    appends=st.lists(st.builds(append, streams, versions, st.integers(1, 2)), max_size=1),
    reads=st.dictionaries(streams, versions, max_size=2),
    messages=st.lists(st.just(OutgoingMessage("m", "s.p01", 1, "", b"{}")), max_size=1),
    rows=st.lists(
        st.one_of(
            st.builds(lambda s, n: Put("accounts", (s,), {"account": s, "cents": n}), streams, st.integers(0, 9)),
            st.builds(lambda s, n: Add("accounts", (s,), {"cents": n}), streams, st.integers(1, 9)),
            st.builds(lambda s: Remove("accounts", (s,)), streams),
        ),
        max_size=2,
    ),
    armed=st.lists(timers, max_size=1),
    cancelled=st.lists(st.tuples(streams, st.sampled_from(["due", "late"])), max_size=1),
    fired=st.lists(timers, max_size=1),
    cursors=st.lists(moves, max_size=1),
    inbox=st.lists(st.builds(InboxEntry, st.just("outside"), st.sampled_from("xyz")), max_size=1),
    idempotency=st.none() | st.builds(IdempotencyRecord, st.sampled_from("pq"), st.just("f"), st.just(200), st.just("{}")),
)  # fmt: skip


async def contents(engine: AsyncEngine) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    async with engine.connect() as connection:
        for table in (*TABLES, "events", "outbox"):
            rows = (await connection.execute(text(f"SELECT * FROM {table}"))).mappings()
            hidden = {*_TIMES, "seq", "id", "queued_at"}
            found[table] = sorted(tuple(str(v) for k, v in row.items() if k not in hidden) for row in rows)
    return found


async def in_turn(url: str, groups: Sequence[Sequence[Work]]) -> tuple[list[Any], dict[str, Any]]:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE events DISABLE TRIGGER events_append_only"))
        for table in ("events", "outbox", *TABLES):
            await connection.execute(text(f"DELETE FROM {table}"))
        await connection.execute(text("ALTER TABLE events ENABLE TRIGGER events_append_only"))
        await connection.execute(text("INSERT INTO cursors SELECT 'c', 'OUT_X', p, 0 FROM generate_series(0, 1) AS p"))
    store = PostgresStore(engine, VIEWS)
    outcomes = [[repr(outcome) for outcome in await store.commit(list(group))] for group in groups]
    found = await contents(engine)
    await engine.dispose()
    return outcomes, found


@pytest.fixture
async def url(database_url: str) -> str:
    engine = create_async_engine(database_url)
    await migrate(engine, MODEL)
    await engine.dispose()
    return database_url


def test_a_group_leaves_the_same_in_one_statement_as_claim_by_claim(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    together = 0

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(groups=st.lists(st.lists(works, min_size=1, max_size=3), min_size=1, max_size=5))
    def both_ways(groups: list[list[Work]]) -> None:
        nonlocal together
        writer = ViewWriter(dict(VIEWS.tables))
        together += sum(parts_of(group, writer) is not None for group in groups)
        at_once = asyncio.run(in_turn(url, groups))
        with monkeypatch.context() as patched:
            patched.setattr(store_module, "parts_of", lambda *_: None)
            claim_by_claim = asyncio.run(in_turn(url, groups))
        assert at_once == claim_by_claim

    both_ways()
    assert together > 30, "hardly any group went in one statement: nothing was compared"


async def test_a_stream_that_is_being_moved_elsewhere_is_waited_for_and_then_found_moved(url: str) -> None:
    engine = create_async_engine(url)
    store = PostgresStore(engine, VIEWS)
    assert await store.commit([Work(appends=[append("read", 0, 1)])]) == [None]
    async with engine.connect() as other:
        await other.execute(text("UPDATE streams SET version = 2 WHERE stream_id = 'read'"))
        deciding = asyncio.create_task(store.commit([Work(appends=[append("written", 0, 1)], reads={"read": 1})]))
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        async with engine.connect() as watching:
            while not (await watching.execute(waiting)).scalar_one():
                await asyncio.sleep(0.01)
        await other.commit()
    [outcome] = await deciding
    assert outcome is not None
    assert "read" in str(outcome)
    assert await store.read_streams({"written": 0}) == {"written": []}
    await engine.dispose()


async def test_what_the_database_closed_is_opened_again(url: str) -> None:
    engine = create_async_engine(url)
    store = PostgresStore(engine, VIEWS)
    await store.commit([Work(appends=[append("a", 0, 1)])])
    async with engine.connect() as other:
        await other.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    for _ in range(2):  # the first may still meet the dead connection, and says so in words that make callers try again
        try:
            streams = await store.read_streams({"a": 0})
        except Unavailable:
            continue
        assert len(streams["a"]) == 1
        break
    else:
        pytest.fail("the store never came back")
    await engine.dispose()


async def test_a_refused_statement_leaves_its_connection_open_and_disposing_closes_it(url: str) -> None:
    engine = create_async_engine(url)
    lanes = Lanes(engine, size=1)
    for _ in range(3):
        with pytest.raises(Exception, match="division by zero"):
            await lanes.fetch("SELECT 1 / CAST(:none AS int)", {"none": 0})
    [[first]] = await lanes.fetch("SELECT pg_backend_pid()", {})
    [[second]] = await lanes.fetch("SELECT pg_backend_pid()", {})
    assert first == second
    await engine.dispose()
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        alive = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
        for _ in range(200):
            if not (await connection.execute(alive, {"pid": first})).scalar_one():
                break
            await asyncio.sleep(0.02)
        else:
            pytest.fail("the connection is still open")
    await engine.dispose()


async def test_what_a_rush_has_opened_is_closed_when_it_is_over(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_async_engine(url)
    lanes = Lanes(engine)
    await asyncio.gather(*(lanes.fetch("SELECT pg_sleep(0.05)", {}) for _ in range(3)))
    assert len(lanes._kept) == 3
    monkeypatch.setattr(lanes_module, "IDLE_SECONDS", 0.0)
    for _ in range(3):
        await lanes.fetch("SELECT 1", {})
    assert len(lanes._kept) == 1
    await engine.dispose()
