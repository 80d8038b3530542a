"""One suite for both stores: what the simulator believes of a store must be true of PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from shared.eventstore.memory import MemoryStore
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.records import (
    CursorMove,
    HeldMessage,
    IdempotencyRecord,
    InboxEntry,
    IndexEntry,
    NewEvent,
    OutgoingMessage,
    Resolution,
    Snapshot,
    StreamAppend,
    TimerRow,
    Work,
)
from shared.eventstore.rows import Add, Put, Remove, RowChange
from shared.eventstore.store import KeyTaken, LostCursor, Store, TimerGone
from shared.kernel.errors import ConcurrencyConflict
from tests.conftest import Owned
from tests.support.sample import MODEL, VIEWS

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest, owned: Owned) -> AsyncIterator[Store]:
    """PostgreSQL under the role that services work under: the suite also shows that its few rights are enough."""
    if request.param == "memory":
        yield MemoryStore(VIEWS)
        return
    owner = create_async_engine(owned.owner)
    await migrate(owner, MODEL)
    await owner.dispose()
    engine = create_async_engine(owned.application)
    yield PostgresStore(engine, VIEWS)
    await engine.dispose()


def append(stream: str, expected: int, *types: str) -> StreamAppend:
    events = tuple(NewEvent(f"{stream}-{expected + i}", t, 1, '{"n": 1}') for i, t in enumerate(types, start=1))
    return StreamAppend(stream, "account", expected, events, '{"actor": "test"}', "story", NOW)


def held(position: int, key: str = "k", **more: Any) -> HeldMessage:
    return HeldMessage("c", "OUT_X", 3, position, key, "t.v1", {"ce-id": str(position)}, b"{}", **more)


async def test_events_come_back_in_order_with_what_was_stored_beside_them(store: Store) -> None:
    assert (
        await store.commit([Work(appends=[append("a", 0, "x", "y")]), Work(appends=[append("b", 0, "x")])])
        == [None] * 2
    )
    assert await store.commit([Work(appends=[append("a", 2, "z")])]) == [None]
    streams = await store.read_streams({"a": 1, "b": 0, "none": 0})
    assert [(e.version, e.type, e.data, e.meta, e.recorded_at) for e in streams["a"]] == [
        (2, "y", {"n": 1}, {"actor": "test"}, NOW),
        (3, "z", {"n": 1}, {"actor": "test"}, NOW),
    ]
    assert len(streams["b"]) == 1
    assert streams["none"] == []
    assert [e.stream_id for chunk in [c async for c in store.read_all(chunk=2)] for e in chunk] == ["a", "a", "b", "a"]


@pytest.mark.parametrize("expected", [0, 2, 7])
async def test_an_append_at_the_wrong_version_is_a_conflict_and_leaves_nothing(store: Store, expected: int) -> None:
    await store.commit([Work(appends=[append("a", 0, "x")])])
    [outcome] = await store.commit([Work(appends=[append("new", 0, "x"), append("a", expected, "y")])])
    assert isinstance(outcome, ConcurrencyConflict)
    streams = await store.read_streams({"a": 0, "new": 0})
    assert (len(streams["a"]), len(streams["new"])) == (1, 0)


async def test_in_a_group_the_first_of_two_wins_and_the_others_are_untouched(store: Store) -> None:
    works = [
        Work(appends=[append("a", 0, "first")]),
        Work(appends=[append("a", 0, "second")]),
        Work(appends=[append("b", 0, "x")]),
    ]
    outcomes = await store.commit(works)
    assert [type(o) for o in outcomes] == [type(None), ConcurrencyConflict, type(None)]
    assert [e.type for e in (await store.read_streams({"a": 0}))["a"]] == ["first"]


async def test_one_work_may_append_to_a_stream_several_times(store: Store) -> None:
    assert await store.commit([Work(appends=[append("a", 0, "x"), append("b", 0, "x"), append("a", 1, "y", "z")])]) == [
        None
    ]
    assert [e.version for e in (await store.read_streams({"a": 0}))["a"]] == [1, 2, 3]


async def test_a_read_that_is_out_of_date_is_a_conflict(store: Store) -> None:
    await store.commit([Work(appends=[append("a", 0, "x")])])
    good, bad, never = Work(reads={"a": 1}), Work(reads={"a": 0}), Work(reads={"ghost": 2})
    outcomes = await store.commit([good, bad, never])
    assert [type(o) for o in outcomes] == [type(None), ConcurrencyConflict, ConcurrencyConflict]


async def test_a_cursor_moves_from_where_it_is_expected_and_only_once(store: Store) -> None:
    await store.begin_cursors("c", "OUT_X", (0, 1))
    first = Work(cursors=[CursorMove("c", "OUT_X", 0, 0, 5)], appends=[append("a", 0, "x")])
    second = Work(cursors=[CursorMove("c", "OUT_X", 0, 0, 5)], appends=[append("b", 0, "x")])
    assert [type(o) for o in await store.commit([first, second])] == [type(None), LostCursor]
    [late] = await store.commit([Work(cursors=[CursorMove("c", "OUT_X", 0, 0, 9)], appends=[append("b", 0, "x")])])
    assert isinstance(late, LostCursor)
    assert (await store.cursors("c", "OUT_X")).get(0) == 5
    assert (await store.read_streams({"b": 0}))["b"] == []


async def test_openings_are_counted_until_the_consumer_gets_further(store: Store) -> None:
    assert [await store.note_opening("c", "OUT_X", {0: 0}) for _ in range(3)] == [1, 2, 3]
    assert await store.cursors("c", "OUT_X") == {}, "counting beginnings makes no consumer of whoever counts"
    assert await store.note_opening("c", "OUT_X", {0: 4}) == 1


async def test_a_timer_is_armed_replaced_cancelled_and_fired_once(store: Store) -> None:
    early, late = (TimerRow("a", "account", "close", NOW + timedelta(hours=h), "story") for h in (1, 2))
    other = TimerRow("b", "account", "close", NOW, "story")
    await store.commit([Work(armed=[late, other])])
    await store.commit([Work(armed=[early])])
    assert await store.next_timer() == NOW
    assert await store.due_timers(NOW + timedelta(hours=9), 10) == [other, early]
    assert await store.due_timers(NOW, 10) == [other]
    outcomes = await store.commit([Work(fired=[late]), Work(fired=[early]), Work(cancelled=[("b", "close")])])
    assert [type(o) for o in outcomes] == [TimerGone, type(None), type(None)]
    assert isinstance((await store.commit([Work(fired=[early])]))[0], TimerGone)
    assert await store.next_timer() is None


async def test_an_idempotency_key_is_taken_with_the_effects_of_its_request(store: Store) -> None:
    record = IdempotencyRecord("key", "fp", 201, '{"id": 1}')
    outcomes = await store.commit([Work(idempotency=record, appends=[append("a", 0, "x")]), Work(idempotency=record)])
    assert [type(o) for o in outcomes] == [type(None), KeyTaken]
    [again] = await store.commit([Work(idempotency=record, appends=[append("b", 0, "x")])])
    assert isinstance(again, KeyTaken)
    assert (await store.read_streams({"b": 0}))["b"] == []
    assert await store.idempotent_answer("key") == record
    assert await store.idempotent_answer("other") is None


async def test_an_outside_message_takes_effect_once(store: Store) -> None:
    assert await store.commit([Work(inbox=[InboxEntry("s", "1")])]) == [None]
    assert isinstance((await store.commit([Work(inbox=[InboxEntry("s", "1")])]))[0], KeyTaken)
    assert await store.known_in_inbox("s", ["1", "2"]) == {"1"}
    assert await store.known_in_inbox("t", ["1"]) == set()


async def test_row_changes_take_effect_in_order_per_row(store: Store) -> None:
    def put(name: str, cents: int) -> Put:
        return Put("accounts", (name,), {"account": name, "cents": cents})

    changes: list[RowChange] = [
        put("a", 1),
        put("b", 2),
        Remove("accounts", ("a",)),
        put("a", 7),
        Add("accounts", ("a",), {"cents": 3}),
    ]
    more: list[RowChange] = [
        Put("accounts", ("a",), {"account": "a", "state": "open"}),
        Add("totals", ("t",), {"amount": -4}),
    ]
    assert (
        await store.commit([Work(rows=[*changes, *more]), Work(rows=[Add("totals", ("t",), {"amount": 1})])])
        == [None] * 2
    )
    rows = await store.get_rows("accounts", [("a",), ("b",), ("none",)])
    assert rows[("a",)] == {"account": "a", "cents": 10, "state": "open"}
    assert rows[("b",)] == {"account": "b", "cents": 2, "state": None}
    assert await store.find_rows("totals", {"what": "t"}) == [{"what": "t", "amount": -3}]
    assert [r["account"] for r in await store.find_rows("accounts", {})] == ["a", "b"]
    await store.commit([Work(rows=[Remove("accounts", ("a",)), Remove("accounts", ("none",))])])
    assert await store.get_rows("accounts", [("a",)]) == {}


async def test_rows_are_found_by_any_of_several_values_in_order_of_their_keys(store: Store) -> None:
    rows = {"d": ("open", 1), "b": (None, 1), "a": ("open", 2), "c": ("shut", None)}
    puts: list[RowChange] = [
        Put("accounts", (name,), {"account": name, "state": state, "cents": cents})
        for name, (state, cents) in rows.items()
    ]
    await store.commit([Work(rows=puts)])

    async def found(*equal: dict[str, Any]) -> list[str]:
        return [row["account"] for row in await store.find_rows("accounts", *equal)]

    assert await found({"state": "open"}, {"state": "shut"}, {"state": "open"}) == ["a", "c", "d"]
    assert await found({"state": "open", "cents": 2}, {"state": "shut", "cents": None}) == ["a", "c"]
    assert await found({"state": None}, {"state": "none of them"}) == ["b"]
    assert await found({}) == ["a", "b", "c", "d"]
    assert await found() == []
    many = await asyncio.gather(*(found({"account": name}) for name in "abcdx"))
    assert many == [["a"], ["b"], ["c"], ["d"], []]


async def test_dead_letters_and_what_waits_behind_them(store: Store) -> None:
    await store.commit([Work(dead=[held(1, code="bad", detail="why")], parked=[held(3), held(2)])])
    await store.commit([Work(dead=[held(9, "other", code="bad", detail="why")])])
    assert await store.parked_keys("c", "OUT_X") == {"k", "other"}
    [(number, status, message), _] = await store.dead_letters("c")
    assert (status, message) == ("dead", held(1, code="bad", detail="why"))
    assert await store.dead_letters("c", requested=True) == []
    assert await store.request_dead_letter(number, "replay")
    assert [n for n, _, _ in await store.dead_letters(requested=True)] == [number]
    assert await store.parked_messages("c", "OUT_X", "k") == [held(2), held(3)]
    again = Work(resolved=[Resolution(number, "dead", "worse", "still not")])
    assert [type(o) for o in await store.commit([again, Work(resolved=[Resolution(number, "replayed")])])] == [
        type(None),
        KeyTaken,
    ]
    assert (await store.dead_letters("c"))[0][1:] == ("dead", held(1, code="worse", detail="still not"))
    assert await store.released_keys("c", "OUT_X") == set()
    assert await store.request_dead_letter(number, "replay")
    assert await store.commit([Work(resolved=[Resolution(number, "replayed")])]) == [None]
    assert await store.released_keys("c", "OUT_X") == {"k"}
    letting_go = Work(unparked=[held(2), held(3)], appends=[append("a", 0, "x")])
    assert [type(o) for o in await store.commit([letting_go, Work(unparked=[held(2)])])] == [type(None), KeyTaken]
    assert isinstance((await store.commit([Work(unparked=[held(2)], appends=[append("b", 0, "x")])]))[0], KeyTaken)
    assert (await store.read_streams({"b": 0}))["b"] == []
    assert await store.parked_keys("c", "OUT_X") == {"other"}
    assert not await store.request_dead_letter(number, "discard")


async def test_snapshots_of_other_code_are_not_seen(store: Store) -> None:
    await store.save_snapshots([Snapshot("a", "code-1", 100, "{}")])
    await store.save_snapshots([Snapshot("a", "code-2", 200, "{}")])
    assert await store.snapshots(["a", "b"], "code-1") == {}
    assert await store.snapshots(["a", "b"], "code-2") == {"a": Snapshot("a", "code-2", 200, "{}")}


async def test_messages_leave_in_the_order_of_their_works(store: Store) -> None:
    def message(n: int) -> OutgoingMessage:
        return OutgoingMessage(f"m{n}", "sample.evt.account.x.v1.p01", 1, "{}", b"{}")

    assert await store.commit([Work(messages=[message(1), message(2)]), Work(messages=[message(3)])]) == [None, None]


async def test_a_database_error_of_one_work_spares_the_others(store: Store) -> None:
    if isinstance(store, MemoryStore):
        pytest.skip("memory has no types to break")
    bad = Work(rows=[Put("accounts", ("a",), {"account": "a", "cents": 2**70})], appends=[append("bad", 0, "x")])
    outcomes = await store.commit([Work(appends=[append("a", 0, "x")]), bad, Work(appends=[append("b", 0, "x")])])
    assert [o is None for o in outcomes] == [True, False, True]
    assert (await store.read_streams({"bad": 0}))["bad"] == []


def entry(owner: str, value: str = "h1", kind: str = "resident_id", one_owner: bool = True) -> IndexEntry:
    return IndexEntry(kind, value, owner, one_owner)


async def test_a_number_leads_to_one_person_and_a_phone_to_several(store: Store) -> None:
    outcomes = await store.commit(
        [
            Work(indexed=[entry("m1")]),
            Work(indexed=[entry("m2")], appends=[append("m2", 0, "x")]),
            Work(indexed=[entry("m1", "p", "phone", one_owner=False)]),
            Work(indexed=[entry("m2", "p", "phone", one_owner=False)]),
        ]
    )

    assert [type(outcome) for outcome in outcomes] == [type(None), ConcurrencyConflict, type(None), type(None)]
    assert await store.owners("resident_id", ["h0", "h1"]) == ["m1"]
    assert await store.owners("phone", ["p"]) == ["m1", "m2"]
    assert (await store.read_streams({"m2": 0}))["m2"] == []
    assert await store.commit([Work(indexed=[entry("m1")])]) == [None]  # again, the same


async def test_what_is_taken_out_of_the_index_is_gone_and_free_for_others(store: Store) -> None:
    await store.commit([Work(indexed=[entry("m1"), entry("m1", "old", "phone", one_owner=False)])])

    changed = Work(unindexed=[("phone", "m1")], indexed=[entry("m1", "new", "phone", one_owner=False)])
    assert await store.commit([changed]) == [None]
    assert await store.owners("phone", ["old"]) == []
    assert await store.owners("phone", ["new"]) == ["m1"]
    assert await store.commit([Work(unindexed=[("", "m1")])]) == [None]
    assert await store.owners("phone", ["new"]) == []
    assert await store.commit([Work(indexed=[entry("m2")])]) == [None]
    assert await store.owners("resident_id", ["h1"]) == ["m2"]
