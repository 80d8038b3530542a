"""A consumer's effects, at every moment: exactly those of the messages up to its cursor, once each.

Two instances of one consumer take turns as they please. What they are handed is repeated, incomplete or out of date,
their readers are cut, the broker loses its tail, their database goes away in the middle of a commit, they die.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import cycle

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.contracts.base import PARTITIONS
from shared.eventstore.context import Cause
from shared.eventstore.memory import MemoryStore
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.json import from_json
from shared.messaging.bus import BusUnavailable, Fenced
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Envelope
from shared.messaging.handlers import Handlers
from shared.messaging.memory_bus import MemoryBus
from shared.messaging.memory_outbound import MemoryOutboundQueue
from shared.messaging.relay import Relay
from shared.messaging.wakeup import Wakeup
from tests.property.kernel_parts import BusyStore, HurriedClock, OneLoop, promptly
from tests.support.kernel import assemble
from tests.support.sample import ACCOUNT, MODEL, VIEWS, AccountCredited, Credit, Open, follower

STREAM = "OUT_SAMPLE"
NAME = "one"
ACCOUNTS = [f"a{n}" for n in range(5)]
which = st.integers(0, 1)


class Source:
    """The service that publishes, with a relay that runs when it is told to."""

    def __init__(self) -> None:
        self.store = MemoryStore(VIEWS)
        self.kernel = assemble(MODEL, self.store, HurriedClock())
        self.queue = MemoryOutboundQueue(self.store)
        self.bus = MemoryBus([STREAM])

    async def credit(self, account: str, cents: int) -> None:
        async def job(unit: UnitOfWork) -> None:
            if not (await unit.state(ACCOUNT, account)).name:
                await unit.handle(ACCOUNT, account, Open(account=account))
            await unit.handle(ACCOUNT, account, Credit(account=account, cents=cents))

        await self.kernel.executor.run(job, Cause(account))

    async def relay(self, limit: int) -> None:
        """One short term of a leader: make up for what the broker lost, then go on."""
        async with self.queue.lead() as leader:
            relay = Relay(STREAM, self.queue, self.bus, self.kernel.executor.clock, Wakeup())
            try:
                await relay._recover(leader)
                await self.bus.publish(STREAM, await leader.sequence(limit))
            except (Fenced, BusUnavailable):
                return

    def sums_up_to(self, cursors: dict[int, int]) -> dict[str, int]:
        """What each account was credited by messages up to the cursor of its partition."""
        sums: Counter[str] = Counter()
        for message in self.store.data.outbound:
            if f".{AccountCredited.event_name}." in message.subject:
                event = from_json(message.data)
                if message.position <= cursors.get(message.partition, 0):
                    sums[event["account"]] += event["cents"]
        return dict(sums)


class Following(RuleBasedStateMachine):
    """One source, one consumer, two instances of it."""

    @initialize(seed=st.integers(), away=st.sampled_from([0.0, 0.0, 0.15]))
    def begin(self, seed: int, away: float) -> None:
        self.run = OneLoop()
        self.source = Source()
        self.store = BusyStore(follower(NAME).views, random.Random(seed), away)
        self.instances = [self.instance(), self.instance()]
        self.hands: dict[int, Sequence[Envelope]] = defaultdict(list)
        self.before: dict[int, int] = {}

    def instance(self) -> Consumer:
        model = follower(NAME)
        executor = assemble(model, self.store, HurriedClock()).executor
        return Consumer(NAME, STREAM, Handlers(model, {}), executor, self.source.bus, rng=random.Random(1))

    @rule(
        paid=st.lists(st.tuples(st.sampled_from(ACCOUNTS), st.integers(1, 9)), min_size=1, max_size=8),
        now=st.booleans(),
    )
    def credit(self, paid: list[tuple[str, int]], now: bool) -> None:
        for account, cents in paid:
            self.run(self.source.credit(account, cents))
        if now:
            self.run(self.source.relay(50))

    @rule(limit=st.integers(1, 10))
    def relay(self, limit: int) -> None:
        self.run(self.source.relay(limit))

    @rule(at=which)
    def fetch(self, at: int) -> None:
        batch = self.run(promptly(self.instances[at].next()))
        if batch:
            self.hands[at] = batch

    @rule(at=which)
    def handle(self, at: int) -> None:
        if self.instances[at]._cursors:  # else it has read nothing yet
            self.run(self.instances[at].handle(self.hands[at]))

    @rule(at=which, times=st.lists(st.sampled_from([0, 1, 1, 2]), min_size=1, max_size=6), late=st.booleans())
    def handle_something_like_it(self, at: int, times: list[int], late: bool) -> None:
        """Messages left out, repeated, and come again from long ago."""
        self.fetch(at)
        if self.instances[at]._cursors:
            batch = [e for e, count in zip(self.hands[at], cycle(times), strict=False) for _ in range(count)]
            self.run(self.instances[at].handle([*self.hands[1 - at][:3], *batch] if late else batch))

    @rule(at=which)
    def fetch_and_handle(self, at: int) -> None:
        self.fetch(at)
        self.handle(at)

    @rule(at=which)
    def die_and_start_again(self, at: int) -> None:
        self.instances[at] = self.instance()
        self.hands[at] = []

    @rule(at=which, partitions=st.sets(st.integers(0, PARTITIONS - 1)))
    def assign(self, at: int, partitions: set[int]) -> None:
        """Which they share, leave to nobody, or both have."""
        self.instances[at].assign(sorted(partitions))

    @rule()
    def cut_readers(self) -> None:
        self.source.bus.cut_readers()

    @rule(kept=st.integers(0, 30))
    def broker_loses_its_tail(self, kept: int) -> None:
        self.source.bus.lose_tail(STREAM, min(kept, len(self.source.bus.streams[STREAM])))

    @rule(at=which)
    def broker_is_away_for_a_moment(self, at: int) -> None:
        self.source.bus.down = True
        self.fetch(at)
        self.run(self.source.relay(5))
        self.source.bus.down = False

    @invariant()
    def effects_are_those_of_the_messages_up_to_the_cursor(self) -> None:
        if not hasattr(self, "store"):
            return
        cursors = self.run(self.store.cursors(NAME, STREAM))
        rows = self.run(self.store.find_rows("followed", {}))
        assert {row["account"]: row["cents"] for row in rows} == self.source.sums_up_to(cursors)
        assert all(cursors.get(partition, 0) >= at for partition, at in self.before.items()), "a cursor went back"
        self.before = cursors
        assert not self.store.data.dead
        assert not self.store.data.parked

    def teardown(self) -> None:
        """Shared between them, both together have everything in the end, and nobody dares to skip a gap to get there."""
        if not hasattr(self, "store"):
            return
        self.store._away = 0.0
        for _ in range(20):
            self.run(self.source.relay(100))
        assert self.source.bus.streams[STREAM] == self.source.store.data.outbound
        assert not self.source.store.data.outbox
        self.source.bus.cut_readers()  # what was read and then forgotten above is read again
        for first, instance in enumerate(self.instances):
            instance.assign(range(first, PARTITIONS, 2))
            for _ in range(200):
                batch = self.run(promptly(instance.next()))
                if not batch:
                    break
                self.run(instance.handle(batch))
        self.effects_are_those_of_the_messages_up_to_the_cursor()
        placed = self.source.store.data.outbound
        ends = {p: max((m.position for m in placed if m.partition == p), default=0) for p in range(PARTITIONS)}
        assert self.run(self.store.cursors(NAME, STREAM)) == {p: end for p, end in ends.items() if end}
        self.run.close()


TestFollowing = Following.TestCase
TestFollowing.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
