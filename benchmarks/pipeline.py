"""append → relay → three consumer processes, all committed: events per second, and latency at a fixed rate.

Run with `make bench`. One process appends and relays, three more consume into databases of their own; NATS and PostgreSQL
are the embedded ones with fsync on. Every consumer projects each event into a read model in the transaction that moves
its cursor.

The machine's share in the figures is told beside them: how long one fdatasync takes on the same disk between the runs, and
how much CPU every process spent per event, which noise moves far less than the rate.
"""

import asyncio
import os
import signal
import sys
import time
from statistics import median

from benchmarks.report import Figure, Target, percentile, show, spread
from benchmarks.rig import (
    CpuMeter,
    create_databases,
    disk_floor,
    disk_line,
    embedded_stack,
    engine_of,
    nats_client,
    quiet,
)
from shared.embedded.parent_death import die_with_parent
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
from shared.runtime.garbage import settle_garbage
from tests.support.kernel import assemble
from tests.support.sample import ACCOUNT, MODEL, Credit, Open, follower

STREAM = "OUT_SAMPLE"
FOLLOWERS = ("one", "two", "three")
COMMANDS = 8000
RUNS = 4
"""The first is not counted: it fills caches and plans statements."""


async def consume(name: str, nats_url: str, database_url: str) -> None:
    """One consumer process; prints a line per commit: newest position and the wall time."""
    quiet()
    engine = engine_of(database_url)
    model = follower(name)
    await migrate(engine, model)
    client = await nats_client(nats_url)
    store = PostgresStore(engine, model.views)
    kernel = assemble(model, store)
    consumer = Consumer(name, STREAM, Handlers(model, {}), kernel.executor, NatsBus(client))
    settle_garbage()
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
        await create_databases(self.stack, ("sample", *FOLLOWERS))
        self.client = await nats_client(self.stack.nats_url)
        await ensure_stream(self.client.jetstream(), StreamSpec(STREAM, ("sample.evt.>",)))
        self.engine = engine_of(self.stack.database_url("sample"))
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
        settle_garbage()
        self.processes = []
        self.followers = []
        for name in FOLLOWERS:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "benchmarks.pipeline", "consume", name, self.stack.nats_url,
                self.stack.database_url(name), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                preexec_fn=die_with_parent(signal.SIGKILL),
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
            unit.presume_new(ACCOUNT, account)  # as a service does whose request brings a new identity
            await unit.handle(ACCOUNT, account, Open(account=account))
            await unit.handle(ACCOUNT, account, Credit(account=account, cents=1))

        await self.kernel.executor.run(job, Cause(account))


async def throughput(pipeline: Pipeline, run: int, commands: int = COMMANDS, width: int = 128) -> float:
    """Events per second until all three have committed; two events per command."""
    start_position = await NatsBus(pipeline.client).last_sequence(STREAM)
    names = iter([f"r{run}-{n}" for n in range(commands)])
    began = time.time()

    async def worker() -> None:
        for name in names:
            await pipeline.command(name)

    await asyncio.gather(*(worker() for _ in range(width)))
    ended = await pipeline.wait_for(start_position + 2 * commands)
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
    async with embedded_stack() as stack:
        pipeline = Pipeline(stack)
        await pipeline.start()
        await throughput(pipeline, 0)
        pids = {"append + relay (and this bench)": os.getpid()} | stack.pids
        pids |= {f"consumer {name}": process.pid for name, process in zip(FOLLOWERS, pipeline.processes, strict=True)}
        meter = CpuMeter(pids, alone=["append + relay (and this bench)"])
        floors, rates = [disk_floor()], []
        for run in range(1, RUNS):
            rates.append(await throughput(pipeline, run))
            floors.append(disk_floor())
        spent = meter.spent()
        late = await latency(pipeline)
        floors.append(disk_floor())
        await pipeline.stop()
    events = 2 * COMMANDS * (RUNS - 1)
    show(
        "pipeline: append → relay → three consumer processes, all committed",
        dict[str, Figure]({"events/s": spread(rates)})
        | {
            "ms command → all three at 500/s, p50": percentile(late, 50),
            "p95": percentile(late, 95),
            "p99": percentile(late, 99),
            "CPU ms per event, all processes": sum(spent.values()) * 1000 / events,
        }
        | {f"  {name}": seconds * 1000 / events for name, seconds in spent.items()}
        | {"events/s if both cores did nothing else": 2 * events / sum(spent.values())},
        [
            Target("pipeline: events/s", median(rates), 5000),
            Target("pipeline: p50 at 500/s", percentile(late, 50), 10, at_most=True, unit="ms"),
            Target("pipeline: p99 at 500/s", percentile(late, 99), 30, at_most=True, unit="ms"),
        ],
        disk_line(floors),
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["consume"]:
        asyncio.run(consume(*sys.argv[2:]))
    else:
        asyncio.run(main())
