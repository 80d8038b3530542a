"""Deadlines on both stores: in order, exactly once in effect, whatever happens to the services in between."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.context import Cause
from shared.eventstore.memory import MemoryStore
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.store import Store
from shared.kernel.clock import ManualClock
from shared.messaging.wakeup import Wakeup
from shared.processes.timers import TimerRunner
from tests.support.harness import eventually
from tests.support.kernel import Kernel, assemble
from tests.support.sample import ACCOUNT, MODEL, VIEWS, Close, Open


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest, engine: AsyncEngine) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore(VIEWS)
        return
    await migrate(engine, MODEL)
    yield PostgresStore(engine, VIEWS)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def runner(kernel: Kernel) -> TimerRunner:
    return TimerRunner(kernel.executor, Wakeup())


async def open_(kernel: Kernel, account: str, after: timedelta) -> None:
    due = kernel.executor.clock.now() + after
    await kernel.executor.run(
        lambda unit: unit.handle(ACCOUNT, account, Open(account=account, closes_at=due)), Cause(account)
    )


async def history(store: Store, account: str) -> list[str]:
    return [event.type for event in (await store.read_streams({f"account-{account}": 0}))[f"account-{account}"]]


async def test_a_timer_fires_when_it_is_due_and_not_before(store: Store, clock: ManualClock) -> None:
    kernel = assemble(MODEL, store, clock)
    await open_(kernel, "a", timedelta(days=30))
    clock.advance(timedelta(days=29))
    assert await runner(kernel).fire_due() == 0
    clock.advance(timedelta(days=1))
    assert await runner(kernel).fire_due() == 1
    assert await history(store, "a") == ["opened", "closed"]
    assert await runner(kernel).fire_due() == 0


async def test_a_cancelled_timer_does_not_fire(store: Store, clock: ManualClock) -> None:
    kernel = assemble(MODEL, store, clock)
    await open_(kernel, "a", timedelta(days=30))
    await kernel.executor.run(lambda unit: unit.handle(ACCOUNT, "a", Close()), Cause("a"))
    clock.advance(timedelta(days=60))
    assert await runner(kernel).fire_due() == 0
    assert await store.next_timer() is None


async def test_two_replicas_that_fire_at_once_fire_once(store: Store, clock: ManualClock) -> None:
    one, two = assemble(MODEL, store, clock), assemble(MODEL, store, clock, seed=2)
    for n in range(20):
        await open_(one, f"a{n}", timedelta(hours=n))
    clock.advance(timedelta(days=1))
    runners = [runner(one), runner(two)]
    await asyncio.gather(*(r.fire_due() for r in runners))
    assert sum(r.fired for r in runners) == 20
    for n in range(20):
        assert await history(store, f"a{n}") == ["opened", "closed"]


async def test_deadlines_missed_while_nobody_ran_are_made_up_for(store: Store, clock: ManualClock) -> None:
    kernel = assemble(MODEL, store, clock)
    for n in range(450):
        await open_(kernel, f"a{n}", timedelta(minutes=n))
    clock.advance(timedelta(days=365))
    task = asyncio.create_task(runner(assemble(MODEL, store, clock)).run())
    await eventually(lambda: _none_left(store))
    task.cancel()


async def test_a_deadline_before_the_one_that_is_waited_for_is_not_slept_through(
    store: Store, clock: ManualClock
) -> None:
    kernel = assemble(MODEL, store, clock)
    await open_(kernel, "late", timedelta(days=300))
    patient = TimerRunner(kernel.executor, Wakeup(first=600, slowest=600))
    task = asyncio.create_task(patient.run())
    await eventually(lambda: _waits(patient))
    await open_(kernel, "later", timedelta(days=400))
    await open_(kernel, "now", timedelta())
    for account in ("later", "now"):  # what the committer tells of each commit
        patient.armed(
            [
                timer
                for timer in await store.due_timers(clock.now() + timedelta(days=500), 9)
                if account in timer.stream_id
            ]
        )
    await eventually(lambda: _fired(patient))
    assert await history(store, "now") == ["opened", "closed"]
    task.cancel()


async def _waits(runner: TimerRunner) -> bool:
    return runner._upcoming is not None


async def _fired(runner: TimerRunner) -> bool:
    return runner.fired == 1


async def _none_left(store: Store) -> bool:
    return await store.next_timer() is None


async def test_a_clock_that_jumps_back_fires_nothing_twice(store: Store, clock: ManualClock) -> None:
    kernel = assemble(MODEL, store, clock)
    await open_(kernel, "a", timedelta(days=1))
    clock.advance(timedelta(days=2))
    assert await runner(kernel).fire_due() == 1
    clock._now -= timedelta(days=5)
    assert await runner(kernel).fire_due() == 0
    clock.advance(timedelta(days=9))
    assert await runner(kernel).fire_due() == 0
    assert await history(store, "a") == ["opened", "closed"]


async def test_a_timer_that_another_replica_has_fired_is_gone(store: Store, clock: ManualClock) -> None:
    one, two = assemble(MODEL, store, clock), assemble(MODEL, store, clock, seed=2)
    await open_(one, "a", timedelta(hours=1))
    clock.advance(timedelta(days=1))
    [timer] = await store.due_timers(clock.now(), 10)  # both have looked before either fires
    runners = [runner(one), runner(two)]
    for each in runners:
        await each._fire(timer)
    assert [each.fired for each in runners] == [1, 0]
