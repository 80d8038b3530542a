"""Commands of several processes on the same streams, interleaved at random: no update lost, no money made or lost."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.eventstore.context import Cause
from shared.eventstore.executor import Answer, Once
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import ConcurrencyConflict, Refused, Unavailable
from tests.property.kernel_parts import BusyStore, HurriedClock
from tests.support.kernel import Kernel, assemble
from tests.support.sample import ACCOUNT, MODEL, VIEWS, Close, Credit, Open

NAMES = ("a", "b", "c")
names = st.sampled_from(NAMES)
cents = st.integers(1, 50)


@dataclass(frozen=True)
class Move:
    """Money from one account to another, or onto itself: two decisions that are one work."""

    giver: str
    taker: str
    cents: int


@dataclass(frozen=True)
class PayIn:
    name: str
    cents: int


@dataclass(frozen=True)
class CloseAndOpenNothing:
    """Closing twice is nothing to do the second time; a closed account takes no more."""

    name: str


Request = Move | PayIn | CloseAndOpenNothing
requests = st.one_of(st.builds(Move, names, names, cents), st.builds(PayIn, names, cents))
closing = st.one_of(requests, st.builds(CloseAndOpenNothing, names))


async def carry_out(request: Request, unit: UnitOfWork) -> None:
    match request:
        case Move():
            await unit.handle(ACCOUNT, request.giver, Credit(account=request.giver, cents=-request.cents))
            await unit.handle(ACCOUNT, request.taker, Credit(account=request.taker, cents=request.cents))
        case PayIn():
            await unit.handle(ACCOUNT, request.name, Credit(account=request.name, cents=request.cents))
        case CloseAndOpenNothing():
            await unit.handle(ACCOUNT, request.name, Close())


async def open_all(kernel: Kernel) -> None:
    async def job(unit: UnitOfWork) -> None:
        for name in NAMES:
            await unit.handle(ACCOUNT, name, Open(account=name))

    await kernel.executor.run(job, Cause("opening"))


async def outcome(kernel: Kernel, request: Request) -> Exception | None:
    try:
        await kernel.executor.run(lambda unit: carry_out(request, unit), Cause("x"))
    except (Refused, ConcurrencyConflict) as error:
        return error
    return None


async def check_books(store: BusyStore) -> dict[str, Any]:
    """What was stored, replayed: streams without gaps, read models and messages that say the same."""
    balances: dict[str, Any] = {}
    events = 0
    for stream_id, stored in (await store.read_streams({f"account-{name}": 0 for name in NAMES})).items():
        assert [event.version for event in stored] == list(range(1, len(stored) + 1))
        state = ACCOUNT.fold(MODEL.decode(event) for event in stored)
        balances[stream_id.removeprefix("account-")] = state
        events += len(stored)
    open_accounts = {name: state.cents for name, state in balances.items() if state.name and not state.closed}
    rows = await store.find_rows("accounts", {})
    assert {row["account"]: row["cents"] for row in rows} == open_accounts
    totals = {row["what"]: row["amount"] for row in await store.find_rows("totals", {})}
    assert totals["accounts"] == len(open_accounts)
    assert totals.get("cents", 0) == sum(state.cents for state in balances.values())
    assert len(store.data.outbox) == events == len({message.message_id for message in store.data.outbox})
    return balances


def processes(store: BusyStore, count: int, seed: int) -> list[Kernel]:
    """Several processes on one database: each has its own memory of states, and none knows of the others."""
    return [assemble(MODEL, store, HurriedClock(), seed + n) for n in range(count)]


@given(st.lists(requests, max_size=25), st.integers(1, 3), st.integers())
def test_no_update_is_lost_and_no_money_is_made(todo: list[Request], count: int, seed: int) -> None:
    async def story() -> None:
        store = BusyStore(VIEWS, random.Random(seed))
        kernels = processes(store, count, seed)
        await open_all(kernels[0])
        came_out = await asyncio.gather(*(outcome(kernels[n % count], request) for n, request in enumerate(todo)))
        done = [request for request, error in zip(todo, came_out, strict=True) if error is None]
        balances = await check_books(store)
        expected: Counter[str] = Counter()
        decisions: Counter[str] = Counter()
        for request in done:
            if isinstance(request, Move):
                expected[request.giver] -= request.cents
                expected[request.taker] += request.cents
                decisions.update([request.giver, request.taker])
            elif isinstance(request, PayIn):
                expected[request.name] += request.cents
                decisions[request.name] += 1
        assert {name: state.cents for name, state in balances.items()} == {name: expected[name] for name in NAMES}
        assert {name: state.credits for name, state in balances.items()} == {name: decisions[name] for name in NAMES}

    asyncio.run(story())


@given(st.lists(closing, max_size=25), st.integers(1, 3), st.integers())
def test_what_is_done_is_done_in_some_order_that_the_rules_allow(todo: list[Request], count: int, seed: int) -> None:
    async def story() -> None:
        store = BusyStore(VIEWS, random.Random(seed))
        kernels = processes(store, count, seed)
        await open_all(kernels[0])
        came_out = await asyncio.gather(*(outcome(kernels[n % count], request) for n, request in enumerate(todo)))
        await check_books(store)
        for stream in store.data.streams.values():
            kinds = [event.type for event in stream]
            assert "closed" not in kinds[:-1]  # nothing happened to an account after it was closed
        for request, error in zip(todo, came_out, strict=True):
            if isinstance(error, Refused):
                touched = {request.giver, request.taker} if isinstance(request, Move) else {request.name}
                assert any(store.data.streams[f"account-{name}"][-1].type == "closed" for name in touched)

    asyncio.run(story())


@given(st.lists(requests, max_size=15), st.integers(1, 3), st.floats(0.05, 0.4), st.integers())
def test_a_request_repeated_until_it_is_answered_takes_effect_once(
    todo: list[Request], count: int, away: float, seed: int
) -> None:
    """The database goes away at any moment: a commit may or may not have happened, and the client asks again."""

    async def ask(kernels: list[Kernel], rng: random.Random, number: int, request: Request) -> int:
        async def job(unit: UnitOfWork) -> Answer:
            await carry_out(request, unit)
            return Answer(201, {"number": number})

        for _ in range(400):
            try:
                kernel = rng.choice(kernels)  # any replica may get the repetition
                answer = await kernel.executor.run_once(job, Cause("x"), Once(f"key-{number}", repr(request)))
            except (Unavailable, ConcurrencyConflict):
                continue
            assert answer.body == {"number": number}
            return 1
        pytest.fail("never answered")

    async def story() -> None:
        rng = random.Random(seed)
        store = BusyStore(VIEWS, rng)
        kernels = processes(store, count, seed)
        await open_all(kernels[0])
        store._away = away
        await asyncio.gather(*(ask(kernels, rng, number, request) for number, request in enumerate(todo)))
        store._away = 0
        balances = await check_books(store)
        assert sum(state.cents for state in balances.values()) == sum(r.cents for r in todo if isinstance(r, PayIn))
        assert sum(s.credits for s in balances.values()) == sum(2 if isinstance(r, Move) else 1 for r in todo)

    asyncio.run(story())
