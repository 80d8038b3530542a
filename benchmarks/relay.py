"""Outbox → stream, fsync in both: our relay, a bare nats-py publisher, and the relay of the package `nats-outbox`.

`python -m benchmarks.relay`. The bare publisher reads nothing and places nothing: it sends the same bodies and the same
number of headers from memory, by the same two techniques, to a stream like ours. So it is a ceiling, not a competitor.
The last table says from how many waiting messages an atomic batch beats pipelined singles on this disk
(`shared.messaging.nats_bus.ATOMIC_FROM`).
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median
from uuid import uuid4

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats_outbox.core.models import Base, OutboxEvent
from nats_outbox.publishers.nats_publisher import NatsPublisher
from nats_outbox.relay.polling import PollingRelay
from nats_outbox.settings import OutboxSettings
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from benchmarks.report import Target, ratio, show, spread
from benchmarks.rig import create_databases, disk_floor, disk_line, embedded_stack, engine_of, nats_client
from shared.eventstore.context import Cause
from shared.eventstore.migrate import migrate
from shared.eventstore.model import ServiceModel
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.records import OutgoingMessage, SequencedMessage, Work
from shared.kernel.clock import SystemClock
from shared.messaging.envelope import outgoing
from shared.messaging.nats_bus import ATOMIC_FROM, NatsBus
from shared.messaging.postgres_outbound import PostgresOutboundQueue
from shared.messaging.provisioning import StreamSpec, ensure_stream
from shared.messaging.relay import BATCH, Relay
from shared.messaging.wakeup import Wakeup
from tests.support.sample import AccountCredited

STREAM, BARE, PEER, STEP = "OUT_SAMPLE", "OUT_BARE", "OUT_PEER", "OUT_STEP"
ROUNDS = 4
MESSAGES = 5000
SINGLES = 1500
PEER_MESSAGES = 1000
SIZES = (2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128)
TRIES = 9


def messages(count: int) -> list[OutgoingMessage]:
    """Messages as the kernel makes them."""
    now, cause = datetime.now(UTC), Cause("correlation", "causation", "bench")
    return [
        outgoing(AccountCredited(account=f"account-{n}", cents=n), str(uuid4()), 2, cause, now) for n in range(count)
    ]


def placed(waiting: Sequence[OutgoingMessage], last: int, service: str = "sample") -> list[SequencedMessage]:
    """The same with positions, as the sequencer gives them."""
    return [
        SequencedMessage(
            last + n, max(0, last + n - 8), m.partition, m.message_id, m.subject.replace("sample", service, 1), m.headers,
            m.data,
        )
        for n, m in enumerate(waiting, start=1)
    ]  # fmt: skip


class OurRelay:
    """The relay on a full outbox."""

    def __init__(self, engine: AsyncEngine, bus: NatsBus) -> None:
        self._queue = PostgresOutboundQueue(engine)
        self._store = PostgresStore(engine)
        self._bus = bus

    async def rate(self, count: int) -> float:
        """Messages per second from the first statement of a term to the last acknowledgement."""
        end = await self._bus.last_sequence(STREAM) + count
        for _ in range(count // BATCH):
            await self._store.commit([Work(messages=messages(BATCH))])
        done = asyncio.Event()
        relay = Relay(
            STREAM, self._queue, self._bus, SystemClock(), Wakeup(), on_progress=lambda at: _when(at >= end, done)
        )
        began = time.perf_counter()
        task = asyncio.create_task(relay.run())
        await done.wait()
        seconds = time.perf_counter() - began
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return count / seconds


def _when(condition: bool, event: asyncio.Event) -> None:
    if condition:
        event.set()


class BarePublisher:
    """nats-py as it comes, with an inbox of its own for acknowledgements, everything in flight at once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = client.new_inbox()
        self._left = 0
        self._done = asyncio.Event()

    async def start(self) -> None:
        await self._client.subscribe(f"{self._inbox}.*", cb=self._on_ack)

    async def _on_ack(self, message: Msg) -> None:
        if message.data:  # the opening of a batch is acknowledged with nothing
            answer = json.loads(message.data)
            assert "error" not in answer, answer
            self._left -= 1
            if not self._left:
                self._done.set()

    async def rate(self, ready: Sequence[SequencedMessage], batch_size: int) -> float:
        """Messages per second; `batch_size` 1 publishes singles."""
        headers = [json.loads(m.headers) | {"ce-position": str(m.position), "ce-prev": str(m.prev)} for m in ready]
        self._left = -(-len(ready) // batch_size)
        self._done.clear()
        began = time.perf_counter()
        for start in range(0, len(ready), batch_size):
            part = ready[start : start + batch_size]
            batch = uuid4().hex
            for index, (message, one) in enumerate(zip(part, headers[start:], strict=False), start=1):
                if batch_size > 1:
                    one |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(index)}
                else:
                    one["Nats-Expected-Last-Sequence"] = str(message.position - 1)
                reply = ""
                if index == 1:
                    reply = f"{self._inbox}.a"
                    one["Nats-Expected-Last-Sequence"] = str(message.position - 1)
                if batch_size > 1 and index == len(part):
                    one["Nats-Batch-Commit"] = "1"
                    reply = f"{self._inbox}.b"
                await self._client.publish(message.subject, message.data, reply, one)
        await self._done.wait()
        return len(ready) / (time.perf_counter() - began)


class PeerRelay:
    """nats-outbox on its own table and a stream like ours."""

    def __init__(self, engine: AsyncEngine, client: Client) -> None:
        self._client = client
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._settings = OutboxSettings(
            database_url=engine.url.render_as_string(hide_password=False), batch_size=BATCH, polling_interval=0.01
        )

    async def rate(self, count: int) -> float:
        """Messages per second from the start of its loop to the last row marked as published."""
        async with self._sessions() as session:
            for message in messages(count):
                subject = message.subject.replace("sample", "peer", 1)
                body, headers = json.loads(message.data), json.loads(message.headers)
                session.add(OutboxEvent(event_id=uuid4(), subject=subject, payload=body, headers=headers))
            await session.commit()
        relay = PollingRelay(self._sessions, NatsPublisher(self._client.jetstream()), self._settings)
        tick, sent = relay._tick, 0
        done = asyncio.Event()

        async def counting() -> int:
            nonlocal sent
            now: int = await tick()
            sent += now
            _when(sent >= count, done)
            return now

        relay._tick = counting
        began = time.perf_counter()
        task = asyncio.create_task(relay.start())
        await done.wait()
        seconds = time.perf_counter() - began
        await relay.stop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return count / seconds


async def break_even(bus: NatsBus) -> dict[int, tuple[float, float]]:
    """Milliseconds for so many waiting messages: as pipelined singles, and as one atomic batch; in turns."""
    result: dict[int, tuple[float, float]] = {}
    last = await bus.last_sequence(STEP)
    for size in SIZES:
        waiting = messages(size)
        taken: dict[Callable[..., object], list[float]] = {bus._singles: [], bus._atomic: []}
        for _ in range(TRIES):
            for publish in (bus._singles, bus._atomic):
                ready = placed(waiting, last, "step")
                began = time.perf_counter()
                await publish(STEP, ready)
                taken[publish].append((time.perf_counter() - began) * 1000)
                last += size
        result[size] = (median(taken[bus._singles]), median(taken[bus._atomic]))
    return result


def crossing(table: dict[int, tuple[float, float]]) -> int:
    """The smallest size from which on the atomic batch was never slower."""
    best = max(table) + 1
    for size in sorted(table, reverse=True):
        singles, atomic = table[size]
        if atomic > singles:
            break
        best = size
    return best


async def main() -> None:
    logging.getLogger("nats_outbox").setLevel(logging.WARNING)
    async with embedded_stack() as stack:
        logging.getLogger("nats_outbox").setLevel(logging.ERROR)
        await create_databases(stack, ("sample", "peer"))
        mine, other = engine_of(stack.database_url("sample")), engine_of(stack.database_url("peer"))
        await migrate(mine, ServiceModel("sample", ()))
        async with other.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        client, bare_client = await nats_client(stack.nats_url), await nats_client(stack.nats_url)
        for name in (STREAM, BARE, PEER, STEP):
            spec = StreamSpec(name, (f"{name.removeprefix('OUT_').lower()}.evt.>",))
            await ensure_stream(client.jetstream(), spec)
        bus = NatsBus(client)
        relay, bare, peer = OurRelay(mine, bus), BarePublisher(bare_client), PeerRelay(other, bare_client)
        await bare.start()
        figures: dict[str, list[float]] = {}
        floors = []
        for number in range(ROUNDS + 1):
            floors.append(disk_floor())
            measured = {"our relay": await relay.rate(MESSAGES)}
            at = await bus.last_sequence(BARE)
            measured["bare nats-py, atomic batches of 500"] = await bare.rate(
                placed(messages(MESSAGES), at, "bare"), BATCH
            )
            at = await bus.last_sequence(BARE)
            measured["bare nats-py, pipelined singles"] = await bare.rate(placed(messages(SINGLES), at, "bare"), 1)
            measured["nats-outbox"] = await peer.rate(PEER_MESSAGES)
            if number:
                for name, rate in measured.items():
                    figures.setdefault(name, []).append(rate)
        table = await break_even(bus)
        for one in (client, bare_client):
            await one.close()
        for engine in (mine, other):
            await engine.dispose()
    ours, atomic, singles, outbox = figures.values()
    show(
        "relay: messages/s",
        {name: spread(rates) for name, rates in figures.items()}
        | {
            "÷ bare, atomic batches": ratio(ours, atomic),
            "÷ bare, pipelined singles": ratio(ours, singles),
            "× nats-outbox": ratio(ours, outbox),
        },
        [
            Target("relay: ÷ bare publisher in atomic batches", ratio(ours, atomic), 0.7),
            Target("relay: × nats-outbox", ratio(ours, outbox), 5),
        ],
        disk_line(floors),
    )
    print(
        f"\natomic batches: ms until all are stored (never slower from {crossing(table)} on; ATOMIC_FROM is {ATOMIC_FROM})"
    )
    for size, (one_by_one, at_once) in table.items():
        print(f"  {size:>4} waiting   singles {one_by_one:7.2f}   atomic {at_once:7.2f}")


if __name__ == "__main__":
    asyncio.run(main())
