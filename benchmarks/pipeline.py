"""append → relay → three consumer processes, all committed: events per second, and latency at a fixed rate.

Run with `make bench`. One process appends and relays, three more consume into databases of their own; NATS and PostgreSQL
are the embedded ones with fsync on. Every consumer projects each event into a read model in the transaction that moves
its cursor.
"""

import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import asyncpg
import structlog
from nats.aio.client import Client
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.report import percentile, show
from shared.embedded.stack import EmbeddedStack
from shared.eventstore.context import Cause
from shared.eventstore.migrate import migrate
from shared.eventstore.model import ServiceModel
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.unit_of_work import UnitOfWork
from shared.messaging.consumer import Consumer
from shared.messaging.handlers import Handlers
from shared.messaging.nats_bus import NatsBus
from shared.messaging.postgres_outbound import PostgresOutboundQueue
from shared.messaging.provisioning import StreamSpec, ensure_stream
from shared.messaging.relay import Relay
from tests.support.kernel import assemble
from tests.support.sample import ACCOUNT, MODEL, Credit, Open, follower

STREAM = "OUT_SAMPLE"
FOLLOWERS = ("one", "two", "three")


def _engine_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://")


async def consume(name: str, nats_url: str, database_url: str) -> None:
    """One consumer process; prints a line per commit: newest position and the wall time."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    engine = create_async_engine(_engine_url(database_url))
    model = follower(name)
    await migrate(engine, model)
    client = Client()
    await client.connect(nats_url)
    store = PostgresStore(engine, model.views)
    kernel = assemble(model, store)
    consumer = Consumer(name, STREAM, Handlers(model, {}), kernel.executor, NatsBus(client))
    print("ready", flush=True)
    while True:
        await consumer.handle(await consumer.next())
        print(f"{consumer.position} {time.time()}", flush=True)


async def _follow(process: asyncio.subprocess.Process, seen: list[tuple[int, float]]) -> None:
    assert process.stdout
    async for line in process.stdout:
        position, at = line.split()
        seen.append((int(position), float(at)))


class Pipeline:
    """The whole set-up, started."""

    def __init__(self, stack: EmbeddedStack) -> None:
        self.stack = stack
        self.seen: dict[str, list[tuple[int, float]]] = {name: [] for name in FOLLOWERS}

    async def start(self) -> None:
        admin = await asyncpg.connect(self.stack.admin_url)
        for name in ("sample", *FOLLOWERS):
            await admin.execute(f"CREATE DATABASE {name}")
        await admin.close()
        self.client = Client()
        await self.client.connect(self.stack.nats_url)
        await ensure_stream(self.client.jetstream(), StreamSpec(STREAM, ("sample.evt.>",)))
        self.engine = create_async_engine(_engine_url(self.stack.database_url("sample")))
        model = ServiceModel(MODEL.name, MODEL.deciders, MODEL.publish, (), MODEL.views, MODEL.upcasters)
        await migrate(self.engine, model)
        self.kernel = assemble(model, PostgresStore(self.engine, model.views))
        relay = Relay(
            STREAM,
            PostgresOutboundQueue(self.engine),
            NatsBus(self.client),
            self.kernel.executor.clock,
            self.kernel.wakeup,
        )
        self.relay = asyncio.create_task(relay.run())
        self.processes = []
        self.followers = []
        for name in FOLLOWERS:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "benchmarks.pipeline", "consume", name, self.stack.nats_url,
                self.stack.database_url(name), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            assert process.stdout
            await process.stdout.readline()
            self.processes.append(process)
            self.followers.append(asyncio.create_task(_follow(process, self.seen[name])))

    async def stop(self) -> None:
        for process in self.processes:
            process.kill()
            await process.wait()
        self.relay.cancel()
        await self.engine.dispose()
        await self.client.close()

    async def wait_for(self, position: int) -> float:
        while not all(seen and seen[-1][0] >= position for seen in self.seen.values()):
            await asyncio.sleep(0.005)
        return max(next(at for p, at in seen if p >= position) for seen in self.seen.values())

    async def command(self, account: str) -> None:
        async def job(unit: UnitOfWork) -> None:
            await unit.handle(ACCOUNT, account, Open(account=account))
            await unit.handle(ACCOUNT, account, Credit(account=account, cents=1))

        await self.kernel.executor.run(job, Cause(account))


async def throughput(pipeline: Pipeline, run: int, commands: int = 10_000, width: int = 128) -> float:
    """Events per second until all three have committed; two events per command."""
    start_position = await NatsBus(pipeline.client).last_sequence(STREAM)
    names = iter([f"r{run}-{n}" for n in range(commands)])
    began = time.time()

    async def worker() -> None:
        for name in names:
            await pipeline.command(name)

    await asyncio.gather(*(worker() for _ in range(width)))
    appended = time.time() - began
    ended = await pipeline.wait_for(start_position + 2 * commands)
    print(f"  run {run}: appended in {appended:.2f}s, all in {ended - began:.2f}s", file=sys.stderr)
    return 2 * commands / (ended - began)


async def latency(pipeline: Pipeline, rate: int = 500, seconds: float = 10) -> list[float]:
    """Milliseconds from command to committed by all three, at a fixed number of events per second."""
    position = await NatsBus(pipeline.client).last_sequence(STREAM)
    begun: list[float] = []
    tasks = []
    started = time.perf_counter()
    commands = int(rate / 2 * seconds)
    for n in range(commands):
        due = started + n * 2 / rate
        if (pause := due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        begun.append(time.time())
        tasks.append(asyncio.create_task(pipeline.command(f"l{started}-{n}")))
    await asyncio.gather(*tasks)
    await pipeline.wait_for(position + 2 * commands)
    result = []
    cursors = dict.fromkeys(FOLLOWERS, 0)
    for n, at in enumerate(begun):
        target = position + 2 * (n + 1)
        done = 0.0
        for name, seen in pipeline.seen.items():
            while seen[cursors[name]][0] < target:
                cursors[name] += 1
            done = max(done, seen[cursors[name]][1])
        result.append((done - at) * 1000)
    return result


async def main() -> None:
    random.seed(1)
    with tempfile.TemporaryDirectory(prefix="yanzhen-bench-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o711)
        async with EmbeddedStack(Path(directory), sinks=False) as stack:
            pipeline = Pipeline(stack)
            await pipeline.start()
            rates = [await throughput(pipeline, run) for run in range(4)][1:]
            late = await latency(pipeline)
            await pipeline.stop()
    show(
        "pipeline",
        {
            "events/s, all three committed": (median(rates), min(rates), max(rates)),
            "ms command → all three at 500/s p50": percentile(late, 50),
            "p95": percentile(late, 95),
            "p99": percentile(late, 99),
        },
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["consume"]:
        asyncio.run(consume(*sys.argv[2:]))
    else:
        asyncio.run(main())
