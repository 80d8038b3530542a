"""A message that cannot be handled holds up its key and nothing else, and whoever waits goes on in order.

Each message has a number; a journal per key keeps the numbers in the order in which they took effect. At every moment
the messages up to the cursor are in exactly one place: in the journal, waiting, dead, or thrown away by a person.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import MetaData

from shared.eventstore.model import ServiceModel
from shared.eventstore.records import HeldMessage, Work
from shared.eventstore.store import Outcome
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused, Unavailable
from shared.kernel.event import Command, DomainEvent
from shared.kernel.json import from_json
from shared.messaging.consumer import Consumer
from shared.messaging.handlers import Handlers, On
from tests.property.kernel_parts import BusyStore, HurriedClock, OneLoop, promptly
from tests.property.test_kernel_consumer import STREAM, Source
from tests.support.kernel import assemble
from tests.support.sample import AccountCredited

NAME = "keeper"
ACCOUNTS = [f"a{n}" for n in range(4)]


class Noted(DomainEvent):
    type: ClassVar[str] = "noted"
    number: int


class Note(Command):
    number: int


@dataclass(frozen=True)
class Journal:
    last: int = 0


JOURNAL: Decider[Note, Journal] = Decider(
    "journal",
    Journal(),
    lambda command, _: [Noted(number=command.number)],
    lambda state, event: replace(state, last=event.number) if isinstance(event, Noted) else state,
    (Noted,),
)
MODEL = ServiceModel(NAME, (JOURNAL,))


class Interrupted(BusyStore):
    """A store that lets others in at every step, and can fail at the next commit that settles something."""

    away = False

    async def commit(self, works: Sequence[Work]) -> list[Outcome]:
        if self.away and any(work.unparked or work.resolved for work in works):
            self.away = False
            raise Unavailable("database-away", "not now")
        return await super().commit(works)


def number_of(message: HeldMessage) -> int:
    number: int = from_json(message.data)["cents"]
    return number


class Parking(RuleBasedStateMachine):
    """One consumer; `instances` of it, and settling that may be `interrupted`, as subclasses say."""

    instances = 1
    interrupted = False

    def __init__(self) -> None:
        super().__init__()
        self.run = OneLoop()
        self.source = Source()
        self.store = Interrupted(MetaData(), random.Random(1))
        self.poison: set[int] = set()
        self.sent = 0
        self.discarded: set[int] = set()
        self.consumers = [self.consumer() for _ in range(self.instances)]

    def consumer(self) -> Consumer:
        async def react(event: AccountCredited, unit: UnitOfWork) -> None:
            await unit.handle(JOURNAL, event.account, Note(number=event.cents))
            if event.cents in self.poison:
                raise Refused("poison", "not this one")

        handlers = Handlers(MODEL, {AccountCredited: On(react, lambda event: [(JOURNAL, event.account)])})
        executor = assemble(MODEL, self.store, HurriedClock()).executor
        return Consumer(NAME, STREAM, handlers, executor, self.source.bus, rng=random.Random(1))

    def at(self, index: int) -> Consumer:
        return self.consumers[index % self.instances]

    @rule(
        accounts=st.lists(st.sampled_from(ACCOUNTS), min_size=1, max_size=8), bad=st.sets(st.integers(0, 7), max_size=2)
    )
    def credit(self, accounts: list[str], bad: set[int]) -> None:
        for index, account in enumerate(accounts):
            self.sent += 1
            if index in bad:
                self.poison.add(self.sent)
            self.run(self.source.credit(account, self.sent))
        self.run(self.source.relay(50))

    @rule(index=st.integers(0, 1))
    def follow(self, index: int) -> None:
        batch = self.run(promptly(self.at(index).next()))
        if batch:
            self.run(self.at(index).handle(batch))

    @precondition(lambda self: self.poison)
    @rule(pick=st.randoms(use_true_random=False))
    def mend(self, pick: random.Random) -> None:
        self.poison.remove(pick.choice(sorted(self.poison)))

    @precondition(lambda self: self.open_letters())
    @rule(pick=st.randoms(use_true_random=False), how=st.sampled_from(["replay", "discard"]))
    def ask(self, pick: random.Random, how: str) -> None:
        number, _, _ = pick.choice(self.open_letters())
        assert self.run(self.store.request_dead_letter(number, how))

    @rule(index=st.integers(0, 1), interrupt=st.booleans())
    def settle(self, index: int, interrupt: bool) -> None:
        self.store.away = interrupt and self.interrupted
        try:
            self.run(self.at(index).settle_requested())
        except Unavailable:
            assert self.interrupted
        self.store.away = False

    @precondition(lambda self: self.instances > 1)
    @rule()
    def settle_both_at_once(self) -> None:
        async def both() -> None:
            await asyncio.gather(*(consumer.settle_requested() for consumer in self.consumers))

        self.run(both())

    @rule(index=st.integers(0, 1))
    def die_and_start_again(self, index: int) -> None:
        self.consumers[index % self.instances] = self.consumer()

    def open_letters(self) -> list[tuple[int, str, HeldMessage]]:
        return [one for one in self.run(self.store.dead_letters()) if one[1] in ("dead", "replay", "discard")]

    def journal(self, account: str) -> list[int]:
        return [event.data["number"] for event in self.store.data.streams.get(f"journal-{account}", [])]

    def sent_to(self, account: str) -> list[int]:
        """Numbers of the messages of a key up to the cursor, in order."""
        cursors = self.run(self.store.cursors(NAME, STREAM))
        return [
            from_json(message.data)["cents"]
            for message in self.source.store.data.outbound
            if message.subject.split(".")[3] == "account-credited" and from_json(message.data)["account"] == account
            if message.position <= cursors.get(message.partition, 0)
        ]

    @invariant()
    def every_message_is_in_exactly_one_place(self) -> None:
        letters = self.run(self.store.dead_letters())
        self.discarded = {number_of(message) for _, status, message in letters if status == "discarded"}
        for account in ACCOUNTS:
            dead = [number_of(m) for _, s, m in letters if m.key == account and s in ("dead", "replay", "discard")]
            waiting = [number_of(m) for m in self.store.data.parked if m.key == account]
            gone = [number for number in self.sent_to(account) if number in self.discarded]
            assert sorted(self.journal(account) + dead + waiting + gone) == self.sent_to(account)

    @invariant()
    def nothing_overtakes_within_a_key(self) -> None:
        for account in ACCOUNTS:
            done = self.journal(account)
            assert done == sorted(done)
            held = [number_of(m) for _, _, m in self.open_letters() if m.key == account]
            held += [number_of(m) for m in self.store.data.parked if m.key == account]
            assert not done or not held or max(done) < min(held)

    @invariant()
    def only_keys_of_dead_letters_wait(self) -> None:
        """Other keys flow on: whatever is parked waits behind an open letter of its own key."""
        if not self.interrupted and self.instances == 1:
            assert {m.key for m in self.store.data.parked} <= {m.key for _, _, m in self.open_letters()}

    def teardown(self) -> None:
        """When everything is mended and asked for, everything takes effect."""
        self.poison.clear()
        for _ in range(100):
            for index in range(self.instances):
                self.follow(index)
                self.settle(index, False)
            letters = self.open_letters()
            if not letters and not self.store.data.parked and not self.run(promptly(self.at(0).next())):
                break
            for number, status, _ in letters:
                if status == "dead":
                    self.run(self.store.request_dead_letter(number, "replay"))
        self.source.bus.cut_readers()
        self.follow(0)
        self.every_message_is_in_exactly_one_place()
        for account in ACCOUNTS:
            assert self.journal(account) == [n for n in self.sent_to(account) if n not in self.discarded]
        self.run.close()


class ParkingWithReplicas(Parking):
    instances = 2
    interrupted = True


TestParking = Parking.TestCase
TestParking.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

TestParkingWithReplicas = ParkingWithReplicas.TestCase
TestParkingWithReplicas.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
