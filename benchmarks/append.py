"""Commands per commit: 64 at once with group commit, the same one transaction each, and the `eventsourcing` package.

`python -m benchmarks.append`. All append the same two small events per command to the same PostgreSQL with fsync on, in
turns; ours also write their outbox messages, which the peer has no counterpart for.
"""

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from urllib.parse import unquote, urlsplit

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from benchmarks.report import Figure, Target, ratio, show, spread
from benchmarks.rig import create_databases, disk_floor, disk_line, embedded_stack, engine_of
from shared.embedded.stack import EmbeddedStack
from shared.eventstore.committer import GroupCommitter
from shared.eventstore.context import Cause
from shared.eventstore.executor import Executor
from shared.eventstore.migrate import migrate
from shared.eventstore.model import ServiceModel
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.records import Work
from shared.eventstore.store import Store
from shared.eventstore.unit_of_work import UnitOfWork
from tests.support.kernel import assemble
from tests.support.sample import ACCOUNT, MODEL, Credit, Open

WIDTH = 64
THREADS = 16
ROUNDS = 5
SECONDS = 1.5
EVENTS = 2
"""Per command."""

_names = (f"account-{n}" for n in count())


class OneEach(GroupCommitter):
    """Every command in a transaction of its own, as many at once as the pool has connections."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)

    async def commit(self, work: Work) -> None:
        (outcome,) = await self.store.commit([work])
        if outcome is not None:
            raise outcome


class Account(Aggregate):
    """The sample's account for the peer."""

    @event("Opened")
    def __init__(self, name: str) -> None:
        self.name = name
        self.cents = 0

    @event("Credited")
    def credit(self, cents: int) -> None:
        self.cents += cents


def peer_application(url: str) -> Application[Any]:
    """The peer on the same server, with a connection per thread."""
    parts = urlsplit(url)
    return Application(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": parts.path[1:],
            "POSTGRES_HOST": parts.hostname or "",
            "POSTGRES_PORT": str(parts.port),
            "POSTGRES_USER": unquote(parts.username or ""),
            "POSTGRES_PASSWORD": unquote(parts.password or ""),
            "POSTGRES_POOL_SIZE": str(THREADS),
        }
    )


async def ours(executor: Executor) -> float:
    """Events per second of 64 commands at once, for a while."""
    began = time.perf_counter()
    done = 0

    async def worker() -> None:
        nonlocal done
        while time.perf_counter() - began < SECONDS:
            name = next(_names)

            async def job(unit: UnitOfWork, account: str = name) -> None:
                unit.presume_new(ACCOUNT, account)  # nor does the peer read what it makes anew
                await unit.handle(ACCOUNT, account, Open(account=account))
                await unit.handle(ACCOUNT, account, Credit(account=account, cents=1))

            await executor.run(job, Cause(name))
            done += 1

    await asyncio.gather(*(worker() for _ in range(WIDTH)))
    return EVENTS * done / (time.perf_counter() - began)


def theirs(application: Application[Any], threads: int) -> float:
    """Events per second of the peer in that many threads."""
    began = time.perf_counter()

    def worker(number: int) -> int:
        done = 0
        while time.perf_counter() - began < SECONDS:
            account = Account(name=f"{number}-{done}")
            account.credit(1)
            application.save(account)
            done += 1
        return done

    with ThreadPoolExecutor(threads) as pool:
        total = sum(pool.map(worker, range(threads)))
    return EVENTS * total / (time.perf_counter() - began)


async def kernel(stack: EmbeddedStack, name: str, commit: Callable[[Store], GroupCommitter]) -> Executor:
    """A kernel on a database of its own."""
    await create_databases(stack, [name])
    engine = engine_of(stack.database_url(name), pool_size=16)
    model = ServiceModel(MODEL.name, MODEL.deciders, MODEL.publish, (), MODEL.views, MODEL.upcasters)
    await migrate(engine, model)
    store = PostgresStore(engine, model.views)
    executor = assemble(model, store).executor
    executor.committer = commit(store)
    return executor


async def main() -> None:
    async with embedded_stack() as stack:
        grouped = await kernel(stack, "grouped", GroupCommitter)
        serial = await kernel(stack, "serial", lambda store: GroupCommitter(store, max_group=1))
        each = await kernel(stack, "each_its_own", OneEach)
        await create_databases(stack, ["peer"])
        peer = await asyncio.to_thread(peer_application, stack.database_url("peer"))
        figures: dict[str, list[float]] = {}
        floors = []
        for number in range(ROUNDS + 1):
            floors.append(disk_floor())
            measured = {
                "group commit": await ours(grouped),
                "one transaction each, one at a time": await ours(serial),
                "one transaction each, 16 at a time": await ours(each),
                f"eventsourcing, {THREADS} threads": await asyncio.to_thread(theirs, peer, THREADS),
                "eventsourcing, one thread": await asyncio.to_thread(theirs, peer, 1),
            }
            if number:  # the first round fills caches
                for name, rate in measured.items():
                    figures.setdefault(name, []).append(rate)
        peer.close()
        for executor in (grouped, serial, each):
            store = executor.committer.store
            assert isinstance(store, PostgresStore)
            await store.engine.dispose()
    mine, one_by_one, at_once, threads, single = figures.values()
    best_peer = [max(pair) for pair in zip(threads, single, strict=True)]
    show(
        "append: events/s with 64 concurrent commands",
        dict[str, Figure]({name: spread(rates) for name, rates in figures.items()})
        | {
            "× one transaction each, one at a time": ratio(mine, one_by_one),
            "× one transaction each, 16 at a time": ratio(mine, at_once),
            "× eventsourcing in threads": ratio(mine, threads),
            "× eventsourcing in one thread": ratio(mine, single),
            "group commit, events per fdatasync of the disk": spread(
                [rate / floor.per_second for rate, floor in zip(mine, floors[1:], strict=True)]
            ),
        },
        [
            Target("append: × one transaction each", ratio(mine, one_by_one), 5),
            Target("append: × eventsourcing at its best", ratio(mine, best_peer), 5),
        ],
        disk_line(floors),
    )  # fmt: skip


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    asyncio.run(main())
