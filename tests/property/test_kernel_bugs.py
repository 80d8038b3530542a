"""Faults found in the kernel by the property tests beside this file, each as small as it gets."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from shared.eventstore.context import Cause
from shared.eventstore.memory import MemoryStore
from shared.eventstore.model import ServiceModel
from shared.eventstore.records import Work
from shared.eventstore.store import Outcome
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.clock import ManualClock
from shared.kernel.errors import Refused, Unavailable
from shared.kernel.event import Command, DomainEvent
from shared.messaging.handlers import Handlers, On
from shared.messaging.memory_bus import BATCH, MemoryBus
from shared.messaging.memory_outbound import MemoryOutboundQueue
from shared.processes.timers import RETRY_REFUSED, TimerRunner
from tests.property.kernel_parts import BusyStore
from tests.support.harness import Harness, eventually, stopping
from tests.support.kernel import assemble
from tests.support.sample import (
    ACCOUNT,
    MODEL,
    VIEWS,
    Account,
    AccountCredited,
    Close,
    Open,
    decide,
    follower,
    publish,
)

STREAM = "OUT_SAMPLE"


class Moody(MemoryStore):
    """A store that is away whenever somebody wants to let go of a parked message."""

    away = False

    async def commit(self, works: Sequence[Work]) -> list[Outcome]:
        if self.away and any(work.unparked for work in works):
            raise Unavailable("database-away", "not now")
        return await super().commit(works)


async def refuse_thirteen(event: AccountCredited, _: UnitOfWork) -> None:
    if event.cents == 13:
        raise Refused("thirteen", "no")


def harness_on_memory() -> Harness:
    store = MemoryStore(VIEWS)
    return Harness(assemble(MODEL, store), MemoryOutboundQueue(store), MemoryBus([STREAM]), STREAM)


async def test_bug_3_settling_that_is_interrupted_is_taken_up_again() -> None:
    async with stopping(harness_on_memory()) as harness:
        harness.start(harness.relay())
        store = Moody(follower("f").views)
        one = harness.run(harness.follow("f", store, Handlers(follower("f"), {AccountCredited: On(refuse_thirteen)})))
        await harness.credit("a", 13)
        await harness.credit("a", 2)
        await eventually(lambda: len(store.data.parked) == 1)
        [(number, _, _)] = await store.dead_letters("f")
        await store.request_dead_letter(number, "discard")
        store.away = True
        with pytest.raises(Unavailable):
            await one.consumer.settle_requested()
        store.away = False
        await one.consumer.settle_requested()
        # The letter is settled, so nobody will ask again; what waits behind it must not wait for ever.
        assert await store.parked_keys("f", STREAM) == set()
        assert await one.credits() == {"a": 2}


async def test_bug_4_a_replica_that_has_not_heard_of_the_settling_does_not_park_for_ever() -> None:
    async with stopping(harness_on_memory()) as harness:
        harness.start(harness.relay())
        store = MemoryStore(follower("f").views)
        handlers = Handlers(follower("f"), {AccountCredited: On(refuse_thirteen)})
        settling, handling = harness.follow("f", store, handlers), harness.follow("f", store, handlers)
        await harness.credit("a", 13)
        while not await store.dead_letters("f"):
            await handling.consumer.handle(await handling.consumer.next())
        await settling.consumer.next()
        [(number, _, _)] = await store.dead_letters("f")
        await store.request_dead_letter(number, "discard")
        assert await settling.consumer.settle_requested() == 1
        await harness.credit("a", 2)
        # This one still holds the key back, and nobody will ever settle anything for it again.
        await handling.consumer.handle(await handling.consumer.next())
        await handling.consumer.settle_requested()
        await settling.consumer.settle_requested()
        assert await handling.credits() == {"a": 2}


async def test_bug_5_a_decision_in_a_batch_names_the_remembered_version_it_was_made_on() -> None:
    store = MemoryStore(VIEWS)
    here, there = assemble(MODEL, store), assemble(MODEL, store)
    await here.executor.unit(Cause("x")).prefetch([(ACCOUNT, "a")])  # remembers that there is no such account

    async def open_it(unit: UnitOfWork) -> None:
        await unit.handle(ACCOUNT, "a", Open(account="a"))

    await there.executor.run(open_it, Cause("x"))
    # What a consumer does with a batch: load for all messages at once, then decide each apart.
    batch = here.executor.unit(Cause("x"))
    await batch.prefetch([(ACCOUNT, "a")])
    message = batch.fork(Cause("x"))
    assert await message.handle(ACCOUNT, "a", Close()) == []  # nothing to close, as far as it remembers
    batch.merge(message)
    assert batch.work.reads == {"account-a": 0}  # so that the commit finds out


async def test_bug_6_two_replicas_that_settle_at_once_do_it_once() -> None:
    async with stopping(harness_on_memory()) as harness:
        harness.start(harness.relay())
        store = BusyStore(follower("f").views, random.Random(1))
        refusing = {13}

        async def refuse(event: AccountCredited, _: UnitOfWork) -> None:
            if event.cents in refusing:
                raise Refused("thirteen", "no")

        handlers = Handlers(follower("f"), {AccountCredited: On(refuse)})
        one, other = harness.follow("f", store, handlers), harness.follow("f", store, handlers)
        await harness.credit("a", 13)
        await harness.credit("a", 2)
        harness.run(one)
        await eventually(lambda: len(store.data.parked) == 1)
        [(number, _, _)] = await store.dead_letters("f")
        refusing.clear()
        await store.request_dead_letter(number, "replay")
        await asyncio.gather(one.consumer.settle_requested(), other.consumer.settle_requested())
        assert await one.credits() == {"a": 15}


class Died(BaseException):
    """The process is gone: nobody catches it."""


async def test_bug_501_a_message_that_kills_whoever_settles_it_is_set_aside_in_the_end() -> None:
    async with stopping(harness_on_memory()) as harness:
        harness.start(harness.relay())
        store = MemoryStore(follower("f").views)
        deadly = True

        async def die(event: AccountCredited, _: UnitOfWork) -> None:
            if event.cents == 13:
                raise Died if deadly else Refused("thirteen", "no")

        handlers = Handlers(follower("f"), {AccountCredited: On(die)})
        deadly = False
        one = harness.run(harness.follow("f", store, handlers))
        await harness.credit("a", 13)
        await harness.credit("a", 2)
        await eventually(lambda: len(store.data.parked) == 1)
        [(number, _, _)] = await store.dead_letters("f")
        deadly = True
        await store.request_dead_letter(number, "replay")
        deaths = 0
        while True:
            assert deaths < 12
            again = harness.follow("f", store, handlers)  # the process that is started after each death
            try:
                await again.consumer.settle_requested()
            except Died:
                deaths += 1
            else:
                break
        [(_, status, letter)] = await store.dead_letters("f")
        assert (status, letter.code) == ("dead", "kills-the-process")
        # Once the cause is gone a replay is a replay again, however often it killed before.
        handlers._reactions.clear()
        await store.request_dead_letter(number, "replay")
        await one.consumer.settle_requested()
        assert await one.credits() == {"a": 15}


async def test_bug_502_two_replicas_that_postpone_a_refused_deadline_at_once_both_live_on() -> None:
    def refuse(command: Command, state: Account) -> Sequence[DomainEvent]:
        if isinstance(command, Close):
            raise Refused("never", "a rule says no to its own deadline")
        return decide(command, state)

    model = ServiceModel("sample", (replace(ACCOUNT, decide=refuse),), publish, (), VIEWS)
    store = BusyStore(VIEWS, random.Random(1))
    clock = ManualClock()
    one, other = assemble(model, store, clock), assemble(model, store, clock)

    async def open_it(unit: UnitOfWork) -> None:
        await unit.handle(model.deciders[0], "a", Open(account="a", closes_at=clock.now()))

    await one.executor.run(open_it, Cause("x"))
    runners = [TimerRunner(kernel.executor, kernel.wakeup) for kernel in (one, other)]
    await asyncio.gather(*(runner.fire_due() for runner in runners))  # neither ends its process
    [timer] = store.data.timers.values()
    assert timer.due_at == clock.now() + RETRY_REFUSED


async def test_bug_503_a_killer_is_set_aside_although_a_whole_batch_of_old_messages_comes_before_it() -> None:
    async with stopping(harness_on_memory()) as harness:
        harness.start(harness.relay())
        store = MemoryStore(follower("f").views)

        async def die(event: AccountCredited, _: UnitOfWork) -> None:
            if event.cents == 13:
                raise Died

        handlers = Handlers(follower("f"), {AccountCredited: On(die)})
        # The other partitions stay empty, so every reader begins at the first message again: more than one batch of them.
        for _ in range(BATCH + 5):
            await harness.credit("a", 1)
        before = harness.run(harness.follow("f", store, handlers))
        await eventually(lambda: store.data.cursors and max(store.data.cursors.values()) == BATCH + 6)
        assert before.task is not None
        before.task.cancel()
        await harness.credit("a", 13)
        await eventually(lambda: len(harness.bus.streams[STREAM]) == BATCH + 7)  # type: ignore[attr-defined]
        deaths = 0
        while not await store.dead_letters("f"):
            assert deaths < 12
            again = harness.follow("f", store, handlers)
            try:
                for _ in range(2):
                    await again.consumer.handle(await again.consumer.next())
            except Died:
                deaths += 1
            await again.consumer.close()
        [(_, _, letter)] = await store.dead_letters("f")
        assert letter.code == "kills-the-process"
        assert await before.credits() == {"a": BATCH + 5}
