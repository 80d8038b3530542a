"""The public order: gapless positions, an unbroken chain per partition, and a stream that never says anything else.

Leaders come and go, freeze with messages in their hands and wake up again; the broker is away, restarts, or loses its
tail. Whatever happens, the stream holds the queue in order, each message at the sequence that equals its position.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from shared.contracts.base import PARTITIONS, partition_of
from shared.eventstore.memory import MemoryStore
from shared.eventstore.records import OutgoingMessage, SequencedMessage, Work
from shared.kernel.clock import ManualClock
from shared.messaging.bus import BusUnavailable, Fenced
from shared.messaging.memory_bus import MemoryBus
from shared.messaging.memory_outbound import MemoryOutboundQueue
from shared.messaging.outbound import Leadership, NotLeader
from shared.messaging.relay import Relay
from shared.messaging.wakeup import Wakeup
from tests.property.kernel_parts import OneLoop

STREAM = "OUT_SAMPLE"


class Sequencer(RuleBasedStateMachine):
    """One queue, one stream, and leaders of which at most one is the right one."""

    def __init__(self) -> None:
        super().__init__()
        self.run = OneLoop()
        self.store = MemoryStore()
        self.queue = MemoryOutboundQueue(self.store)
        self.bus = MemoryBus([STREAM])
        self.written: list[str] = []
        self.term: AsyncExitStack | None = None
        self.leader: Leadership | None = None
        self.frozen: list[Leadership] = []

    held = Bundle("held")
    """Messages with a position, in the hands of whoever gave it, not yet published."""

    @rule(keys=st.lists(st.text(max_size=3), min_size=1, max_size=8))
    def commit(self, keys: list[str]) -> None:
        messages = []
        for key in keys:
            self.written.append(f"m{len(self.written)}")
            partition = partition_of(key)
            subject = f"sample.evt.a.b.v1.p{partition:02d}"
            messages.append(OutgoingMessage(self.written[-1], subject, partition, "{}", key.encode()))
        assert self.run(self.store.commit([Work(messages=messages)])) == [None]

    @rule()
    def begin_term(self) -> None:
        """A leader begins: alone, or because the old one froze and lost its lock without noticing."""
        if self.leader is not None:
            self.queue.depose()
            self.frozen.append(self.leader)
        self.term = AsyncExitStack()
        self.leader = self.run(self.term.enter_async_context(self.queue.lead()))
        relay = Relay(STREAM, self.queue, self.bus, ManualClock(), Wakeup())
        try:
            self.run(relay._recover(self.leader))
        except BusUnavailable:
            self.end_term()
        else:
            assert len(self.bus.streams[STREAM]) == len(self.store.data.outbound)

    @precondition(lambda self: self.leader is not None)
    @rule()
    def end_term(self) -> None:
        assert self.term is not None
        self.run(self.term.aclose())
        self.term = self.leader = None

    @precondition(lambda self: self.leader is not None)
    @rule(target=held, limit=st.integers(1, 6))
    def sequence(self, limit: int) -> Sequence[SequencedMessage]:
        assert self.leader is not None
        return self.run(self.leader.sequence(limit))

    @rule(batch=consumes(held))
    def publish(self, batch: Sequence[SequencedMessage]) -> None:
        """In order or late, by the leader or by one that was deposed long ago: it is stored in its place or refused."""
        end = len(self.bus.streams[STREAM])
        try:
            self.run(self.bus.publish(STREAM, batch))
        except Fenced:
            assert batch[0].position != end + 1
        except BusUnavailable:
            assert self.bus.down
        else:
            assert not batch or batch[0].position == end + 1

    @precondition(lambda self: self.leader is not None)
    @rule()
    def nobody_leads_beside_the_leader(self) -> None:
        async def attempt() -> bool:
            try:
                async with self.queue.lead():
                    return True
            except NotLeader:
                return False

        assert not self.run(attempt())

    @precondition(lambda self: self.frozen)
    @rule()
    def a_frozen_leader_wakes_up(self) -> None:
        with pytest.raises(NotLeader):
            self.run(self.frozen.pop().sequence(1))

    @rule(kept=st.integers(0, 40))
    def broker_loses_its_tail(self, kept: int) -> None:
        self.bus.lose_tail(STREAM, min(kept, len(self.bus.streams[STREAM])))

    @rule()
    def broker_goes_or_comes_back(self) -> None:
        self.bus.down = not self.bus.down

    @invariant()
    def positions_are_gapless_in_the_order_of_the_queue(self) -> None:
        placed = self.store.data.outbound
        assert [message.position for message in placed] == list(range(1, len(placed) + 1))
        waiting = [message.message_id for message in self.store.data.outbox]
        assert [message.message_id for message in placed] + waiting == self.written

    @invariant()
    def each_partition_is_a_chain(self) -> None:
        heads = [0] * PARTITIONS
        for message in self.store.data.outbound:
            assert message.prev == heads[message.partition]
            heads[message.partition] = message.position

    @invariant()
    def the_stream_says_what_the_database_says(self) -> None:
        stream = self.bus.streams[STREAM]
        assert stream == self.store.data.outbound[: len(stream)]

    def teardown(self) -> None:
        """In the end a relay that is left alone publishes everything."""
        self.bus.down = False
        self.begin_term()
        assert self.leader is not None
        while batch := self.run(self.leader.sequence(5)):
            self.run(self.bus.publish(STREAM, batch))
        assert [message.message_id for message in self.bus.streams[STREAM]] == self.written
        self.end_term()
        self.run.close()


TestSequencer = Sequencer.TestCase
TestSequencer.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
