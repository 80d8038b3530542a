"""A message that the broker has lost in the middle of a stream: who notices, who waits, and how it comes back (ADR 41)."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from nats.aio.client import Client
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.memory import MemoryStore
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.kernel.errors import Unavailable
from shared.messaging import whole_stream
from shared.messaging.bus import Reader
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Envelope
from shared.messaging.handlers import Handlers
from shared.messaging.history import NatsHistory
from shared.messaging.memory_bus import MemoryBus
from shared.messaging.memory_outbound import MemoryOutboundQueue
from shared.messaging.nats_bus import NatsBus
from shared.messaging.postgres_outbound import PostgresOutboundQueue
from shared.messaging.provisioning import StreamSpec, ensure_stream
from shared.messaging.whole_stream import Hole, holes_of
from shared.observability.metrics import Metrics
from shared.runtime.stream_patrol import StreamPatrol
from tests.support.harness import Harness, eventually, stopping
from tests.support.kernel import assemble, under
from tests.support.sample import MODEL, VIEWS, follower

STREAM = "OUT_SAMPLE"


class HoledBus(MemoryBus):
    """Counts messages as there which it hands to nobody, as JetStream does with a block gone bad."""

    def __init__(self) -> None:
        super().__init__([STREAM])
        self.lost: set[int] = set()

    @asynccontextmanager
    async def reader(self, stream: str, start: int, partitions: Sequence[int]) -> AsyncIterator[Reader]:
        async with super().reader(stream, start, partitions) as inner:
            yield _Passing(inner, self.lost)


class _Passing:
    def __init__(self, inner: Reader, lost: set[int]) -> None:
        self._inner, self._lost = inner, lost

    async def read(self) -> list[Envelope]:
        while True:
            if batch := [one for one in await self._inner.read() if one.position not in self._lost]:
                return batch


class NotingClock:
    """Nobody waits; how long they would have is noted."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        await asyncio.sleep(0.001)


@pytest.fixture
async def holed() -> AsyncIterator[Harness]:
    """A source whose relay has published; its bus is a `HoledBus`."""
    store = MemoryStore(VIEWS)
    async with stopping(Harness(assemble(MODEL, store), MemoryOutboundQueue(store), HoledBus(), STREAM)) as harness:
        relay = harness.relay()
        harness.start(relay)
        for n in range(6):
            await harness.credit(f"a{n % 2}", 1)
        await eventually(lambda: relay.published == 8)
        yield harness


def lose(harness: Harness, *positions: int) -> None:
    assert isinstance(harness.bus, HoledBus)
    harness.bus.lost |= set(positions)


async def test_what_is_missing_is_named_at_the_beginning_and_in_the_middle(holed: Harness) -> None:
    assert await holes_of(holed.bus, STREAM, 8) == []
    lose(holed, 1, 4, 5, 7)
    found = await holes_of(holed.bus, STREAM, 8)
    assert found == [Hole(1, 1), Hole(4, 5), Hole(7, 7)]
    assert [(str(one), len(one)) for one in found] == [("1", 1), ("4-5", 2), ("7", 1)]
    assert await holes_of(holed.bus, STREAM, 4, 3) == [Hole(4, 4)], "what is asked for ends inside of a hole"


async def test_whoever_reads_to_an_end_that_is_gone_does_not_wait_for_ever(
    holed: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_stream, "PATIENCE", 0.05)
    lose(holed, 7, 8)
    assert await holes_of(holed.bus, STREAM, 8) == [Hole(7, 8)]


async def test_bug_903_a_consumer_before_a_hole_says_so_and_asks_with_pauses(holed: Harness) -> None:
    """It opened a reader at the broker, read, closed it and began again, as fast as it could, and its readiness was green."""
    lose(holed, 4)
    clock = NotingClock()
    model = follower("late")
    executor = assemble(model, MemoryStore(model.views), clock).executor
    consumer = Consumer("late", STREAM, Handlers(model, {}), executor, holed.bus)
    running = asyncio.create_task(consumer.run())
    try:
        await eventually(lambda: len(clock.waited) >= 8)
        assert clock.waited[7] > 1, clock.waited
        assert "Gap: OUT_SAMPLE cannot be read between" in (consumer.trouble or "")
        lose_nothing(holed)
        await eventually(lambda: consumer.position == 8)
        assert consumer.trouble is None
    finally:
        running.cancel()


def lose_nothing(harness: Harness) -> None:
    assert isinstance(harness.bus, HoledBus)
    harness.bus.lost.clear()


async def test_bug_904_a_read_model_is_not_made_from_a_stream_that_lacks_something(holed: Harness) -> None:
    """It was, without the facts that were missing, and nothing said so."""
    lose(holed, 5)
    with pytest.raises(Unavailable) as error:
        async for _ in NatsHistory(holed.bus)(STREAM, 0, 8):
            pass
    assert (error.value.code, error.value.detail) == ("stream-holed", "OUT_SAMPLE cannot be read at 5")
    assert "yanzhen stream rebuild sample" in (error.value.remedy or "")


async def test_a_hole_is_noticed_by_the_service_and_filled_from_its_database(
    engine: AsyncEngine, nats_client: Client
) -> None:
    stream, prefix = f"OUT_H{uuid.uuid4().hex[:6].upper()}", f"h{uuid.uuid4().hex[:8]}"
    spec = StreamSpec(stream, (f"{prefix}.evt.>",))
    # As declared but for one thing: single messages can be taken out, so that the test can make a hole.
    created = json.dumps({**spec.config(), "deny_delete": False}).encode()
    await nats_client.request(f"$JS.API.STREAM.CREATE.{stream}", created)
    await migrate(engine, MODEL)
    kernel = assemble(MODEL, PostgresStore(engine, MODEL.views))
    under(kernel, prefix)
    metrics = Metrics()
    async with stopping(Harness(kernel, PostgresOutboundQueue(engine), NatsBus(nats_client), stream)) as harness:
        relay = harness.relay()
        harness.start(relay)
        for n in range(6):
            await harness.credit(f"a{n % 2}", 1)
        await eventually(lambda: relay.leading and relay.published == 8)
        patrol = StreamPatrol(relay, harness.bus, metrics, whole=0, again=0)
        await patrol.look()
        assert missing(metrics) == 0

        deleted = await nats_client.request(f"$JS.API.STREAM.MSG.DELETE.{stream}", b'{"seq": 4}')
        assert json.loads(deleted.data)["success"]
        await patrol.look()
        assert (patrol.holes, missing(metrics)) == ([Hole(4, 4)], 1)
        await patrol.look()
        assert missing(metrics) == 1, "looked at again it is still there"

        await nats_client.jetstream().delete_stream(stream)
        await ensure_stream(nats_client.jetstream(), spec)
        await eventually(lambda: _whole(patrol))
        assert missing(metrics) == 0
        late = harness.run(harness.follow("late"))
        await eventually(lambda: _has(late, {"a0": 3, "a1": 3}))
    with contextlib.suppress(Exception):
        await nats_client.jetstream().delete_stream(stream)


def missing(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value("yanzhen_stream_missing", {"by": "reader"})


async def _whole(patrol: StreamPatrol) -> bool:
    with contextlib.suppress(Exception):  # the stream is being made anew
        await patrol.look()
    return not patrol.holes


async def _has(one: object, expected: dict[str, int]) -> bool:
    return await one.credits() == expected  # type: ignore[attr-defined, no-any-return]


async def test_who_does_not_lead_reports_nothing(holed: Harness) -> None:
    lose(holed, 3)
    metrics = Metrics()
    follower_relay = holed.relay()
    patrol = StreamPatrol(follower_relay, holed.bus, metrics, whole=0, again=0)
    await patrol.look()
    assert (patrol.holes, missing(metrics)) == ([], 0)
    follower_relay.leading = True
    await patrol.look()
    assert missing(metrics) == 1
    follower_relay.leading = False
    await patrol.look()
    assert missing(metrics) == 0
