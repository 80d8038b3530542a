"""The kernel end to end for a test: the sample service with a relay, and followers, on real or in-memory adapters."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from shared.eventstore.context import Cause
from shared.eventstore.memory import MemoryStore
from shared.eventstore.store import Store
from shared.eventstore.unit_of_work import UnitOfWork
from shared.messaging.bus import Bus
from shared.messaging.consumer import Consumer
from shared.messaging.handlers import Handlers
from shared.messaging.outbound import OutboundQueue
from shared.messaging.relay import Relay
from tests.support.kernel import Kernel, assemble
from tests.support.sample import ACCOUNT, Credit, Open, follower


@dataclass
class Follower:
    """One consumer of the sample's stream with its own store."""

    kernel: Kernel
    consumer: Consumer
    task: asyncio.Task[None] | None = None

    async def credits(self) -> dict[str, int]:
        rows = await self.kernel.store.find_rows("followed", {})
        return {row["account"]: row["cents"] for row in rows}


@dataclass
class Harness:
    kernel: Kernel
    queue: OutboundQueue
    bus: Bus
    stream: str
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def relay(self) -> Relay:
        return Relay(self.stream, self.queue, self.bus, self.kernel.executor.clock, self.kernel.wakeup)

    def start(self, relay: Relay) -> "asyncio.Task[None]":
        task = asyncio.create_task(relay.run())
        self.tasks.append(task)
        return task

    def follow(self, name: str, store: Store | None = None, handlers: Handlers | None = None) -> Follower:
        model = follower(name)
        kernel = assemble(model, store or MemoryStore(model.views))
        consumer = Consumer(name, self.stream, handlers or Handlers(model, {}), kernel.executor, self.bus)
        return Follower(kernel, consumer)

    def run(self, follower_: Follower) -> Follower:
        follower_.task = asyncio.create_task(follower_.consumer.run())
        self.tasks.append(follower_.task)
        return follower_

    async def credit(self, account: str, cents: int) -> None:
        async def job(unit: UnitOfWork) -> None:
            if not (await unit.state(ACCOUNT, account)).name:
                await unit.handle(ACCOUNT, account, Open(account=account))
            await unit.handle(ACCOUNT, account, Credit(account=account, cents=cents))

        await self.kernel.executor.run(job, Cause(account))

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def eventually(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait until the condition holds; fails loudly when it never does."""
    async with asyncio.timeout(seconds):
        while True:
            result = condition()
            if asyncio.iscoroutine(result):
                result = await result
            if result:
                return
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def stopping(harness: Harness) -> AsyncIterator[Harness]:
    try:
        yield harness
    finally:
        await harness.stop()
