"""Whole transfers from request to propagated, beside a three-step saga of `natsaga` in the same run.

A transfer here is what a relocation is: requested, approved by two committees, its letter issued, accepted, applied by two
services, twelve parties told, acknowledged, propagated. Mobility runs as it is (PostgreSQL with fsync, relay, JetStream,
consumers), in this process; `benchmarks/answering.py` plays the others in one of theirs.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from nats.aio.client import Client
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.answering import NAMES, answering
from benchmarks.natsaga_peer import saga_rate
from benchmarks.report import Figure, Target, percentile, show, spread
from benchmarks.rig import CpuMeter, create_databases, disk_floor, disk_line, embedded_stack, engine_of, nats_client
from services.mobility.application import decisions, letters, requests
from services.mobility.application.acknowledgements import acknowledge
from services.mobility.application.reactions import FOLLOWS
from services.mobility.application.requests import Wanted
from services.mobility.model import MODEL
from services.mobility.settings import MobilitySettings
from shared.contracts import registry
from shared.contracts.base import PublicEvent
from shared.contracts.mobility import TransferAccepted
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
from tests.integration.mobility.roll import admitted, roll
from tests.support.kernel import Kernel, assemble

T = TypeVar("T")
R = TypeVar("R")

TRANSFERS = 200
RUNS = 3
"""The first is not counted: it fills caches and plans statements."""
WIDTH = 64
SAGAS = 120
COMMITTEES = 64
RATE = 50
"""Acceptances per second for the latency."""


@dataclass
class Party:
    """A service: a database and a relay."""

    kernel: Kernel
    engine: AsyncEngine
    relay: asyncio.Task[None]

    async def say(self, events: Sequence[PublicEvent]) -> None:
        async def job(unit: UnitOfWork) -> None:
            for event in events:
                unit.announce(event)

        await self.kernel.executor.run(job, Cause("bench"))


async def party(stack: EmbeddedStack, client: Client, name: str, model: ServiceModel) -> Party:
    engine = engine_of(stack.database_url(name))
    kernel = assemble(model, PostgresStore(engine, model.views))
    bus = NatsBus(client, inbox_prefix=f"_INBOX_{name}")
    relay = Relay(f"OUT_{name.upper()}", PostgresOutboundQueue(engine), bus, kernel.executor.clock, kernel.wakeup)
    return Party(kernel, engine, asyncio.create_task(relay.run()))


class Town:
    """Mobility, with a roll of members that the registry has told it of."""

    def __init__(self, stack: EmbeddedStack) -> None:
        self.stack = stack
        self.settings = MobilitySettings(database_url=stack.database_url("mobility"))

    async def start(self, members: int) -> None:
        await create_databases(self.stack, ("mobility", *NAMES))
        self.client = await nats_client(self.stack.nats_url)
        for name in ("mobility", *NAMES):
            await ensure_stream(self.client.jetstream(), StreamSpec(f"OUT_{name.upper()}", (f"{name}.evt.>",)))
        for model in (MODEL, *(ServiceModel(name, ()) for name in NAMES)):
            engine = engine_of(self.stack.database_url(model.name))
            await migrate(engine, model)
            await engine.dispose()
        self.mobility = await party(self.stack, self.client, "mobility", MODEL)
        self.consumers = [
            asyncio.create_task(
                Consumer(
                    "mobility",
                    f"OUT_{source.upper()}",
                    Handlers(MODEL, reactions),
                    self.mobility.kernel.executor,
                    NatsBus(self.client, inbox_prefix=f"_INBOX_mobility_{source}"),
                ).run()
            )
            for source, reactions in FOLLOWS.items()
        ]
        known = await party(self.stack, self.client, "registry", ServiceModel("registry", ()))
        await known.say([*roll(), *committees()])
        await known.say([admitted(f"n{number}", f"from-b{number % COMMITTEES}") for number in range(members)])
        await self.until(f"SELECT count(*) >= {members} FROM members")
        known.relay.cancel()
        await known.engine.dispose()

    async def stop(self) -> None:
        for task in (*self.consumers, self.mobility.relay):
            task.cancel()
        await self.mobility.engine.dispose()
        await self.client.close()

    async def request(self, number: int) -> str:
        """Up to the letter; answers its number."""
        transfer_id, member_id = f"t{number}", f"n{number}"
        source, target = f"from-c{number % COMMITTEES}", f"to-c{number % COMMITTEES}"
        branch = f"to-b{number % COMMITTEES}"
        wanted = Wanted(transfer_id, member_id, target, branch, "county", "new employer", "2026-09")
        await self._run(transfer_id, lambda unit: requests.request(unit, wanted, self.settings.policy))
        events: list[Any] = []
        for by in (source, "k1"):
            events = await self._run(transfer_id, lambda unit, by=by: letters.approve(unit, transfer_id, by, None))  # type: ignore[misc]
        return str(next(event.letter_number for event in events if event.type == "letter-issued"))

    async def accept(self, number: int, letter: str) -> TransferAccepted:
        transfer_id, target, branch = f"t{number}", f"to-c{number % COMMITTEES}", f"to-b{number % COMMITTEES}"
        [accepted, *_] = await self._run(
            transfer_id, lambda unit: decisions.accept(unit, transfer_id, target, branch, letter, (), None)
        )
        return TransferAccepted.model_validate(accepted.model_dump())

    async def transfer(self, number: int) -> TransferAccepted:
        return await self.accept(number, await self.request(number))

    async def confirm(self, event: TransferAccepted) -> None:
        """Both branches acknowledge and the receipt goes back: people do that once they have been told, not before."""
        transfer_id = event.transfer_id
        for one in event.parties:
            if one.must_acknowledge:
                await self._run(
                    transfer_id,
                    lambda unit, one=one: acknowledge(unit, transfer_id, one.party_id, one.ref_id),  # type: ignore[misc]
                )
        receiver = event.to_committee_id
        await self._run(transfer_id, lambda unit: decisions.return_receipt(unit, transfer_id, receiver, None))

    async def _run(self, transfer_id: str, job: Callable[[UnitOfWork], Awaitable[R]]) -> R:
        return await self.mobility.kernel.executor.run(job, Cause(transfer_id))

    async def rate(self, first: int, number: int) -> float:
        """Transfers per second until the last one is propagated."""
        began = time.perf_counter()
        accepted = await _by_clerks(self.transfer, range(first, first + number))
        await self.until(
            "SELECT count(*) = 0 FROM propagation WHERE number IS NOT NULL AND state IS NULL AND step <> 'acknowledged'"
        )
        await _by_clerks(self.confirm, accepted)
        await self.until(f"SELECT count(*) >= {first + number} FROM relocations WHERE propagated_at IS NOT NULL")
        return number / (time.perf_counter() - began)

    async def applied(self, first: int, number: int) -> list[float]:
        """Milliseconds from the acceptance until mobility has it that both services have applied it, at a steady rate."""
        letters_ = await _by_clerks(self._numbered, range(first, first + number))
        accepted_at: dict[str, float] = {}
        started, tasks = time.perf_counter(), []
        for place, (one, letter) in enumerate(letters_):
            if (pause := started + place / RATE - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            accepted_at[f"t{one}"] = time.time()
            tasks.append(asyncio.create_task(self.accept(one, letter)))
        await asyncio.gather(*tasks)
        await self.until(f"SELECT count(*) >= {2 * (first + number)} FROM propagation WHERE state = 'applied'")
        query = text("SELECT stream_id, max(recorded_at) FROM events WHERE type = 'relocation-applied' GROUP BY 1")
        async with self.mobility.engine.connect() as connection:
            done = {row[0].removeprefix("relocation-"): row[1].timestamp() for row in await connection.execute(query)}
        return [(done[transfer_id] - at) * 1000 for transfer_id, at in accepted_at.items()]

    async def _numbered(self, number: int) -> tuple[int, str]:
        return number, await self.request(number)

    async def until(self, question: str) -> None:
        async with asyncio.timeout(60):
            while True:
                async with self.mobility.engine.connect() as connection:
                    if (await connection.execute(text(question))).scalar_one():
                        return
                await asyncio.sleep(0.02)


async def _by_clerks(act: Callable[[T], Awaitable[R]], things: Iterable[T]) -> list[R]:
    """WIDTH clerks do this to all things, each the next one when it is ready."""
    waiting, done = iter(things), list[R]()

    async def clerk() -> None:
        for one in waiting:
            done.append(await act(one))

    await asyncio.gather(*(clerk() for _ in range(WIDTH)))
    return done


def committees() -> list[PublicEvent]:
    """Pairs of committees, a branch each: as in life, the letters of a moment are not all numbered by one committee."""
    kinds = {"c": ("committee", "k1", True), "b": ("branch", None, False)}
    return [
        registry.PartyOrganisationFounded.model_validate(
            {
                "organisation_id": f"{side}-{letter}{number}",
                "name": f"{side}-{letter}{number}",
                "kind": kind,
                "parent_id": parent or f"{side}-c{number}",
                "area_code": "350102",
                "can_approve_probationary": capable,
            }
        )
        for side in ("from", "to")
        for number in range(COMMITTEES)
        for letter, (kind, parent, capable) in kinds.items()
    ]


async def main() -> None:
    async with embedded_stack() as stack:
        floors = [disk_floor()]
        town = Town(stack)
        await town.start(TRANSFERS * (RUNS + 1))
        async with answering(stack) as others:
            settle_garbage()
            await town.rate(0, TRANSFERS)
            meter = CpuMeter({"mobility": os.getpid(), "the other three": others} | stack.pids, alone=["mobility"])
            rates = [await town.rate(run * TRANSFERS, TRANSFERS) for run in range(1, RUNS)]
            spent = {name: 1000 * cpu / TRANSFERS / (RUNS - 1) for name, cpu in meter.spent().items()}
            late = await town.applied(RUNS * TRANSFERS, TRANSFERS)
        await town.stop()
        floors.append(disk_floor())
        theirs = await saga_rate(stack, SAGAS)
        floors.append(disk_floor())
    mine, *_ = spread(rates)
    p99 = percentile(late, 99)
    figures: dict[str, Figure] = {
        "transfers/s, request to propagated": spread(rates),
        "CPU ms per transfer, all processes": sum(spent.values()),
        **{f"  {name}": cpu for name, cpu in spent.items()},
        f"ms accepted → applied by both at {RATE}/s, p50": percentile(late, 50),
        "p99": p99,
        "natsaga, three steps: sagas/s": theirs,
    }
    show(
        "transfers: whole transfers, and a saga of three steps beside them",
        figures,
        [
            Target("transfers: per second", mine, 300),
            Target("transfers: × natsaga", mine / theirs, 10),
            Target(f"transfers: p99 accepted → applied at {RATE}/s", p99, 100, at_most=True, unit="ms"),
        ],
        disk_line(floors),
    )


if __name__ == "__main__":
    asyncio.run(main())
