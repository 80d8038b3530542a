"""Whole transfers from request to propagated, beside a three-step saga of `natsaga` in the same run; and a million timers.

A transfer here is what a relocation is: requested, approved by two committees, its letter issued, accepted, applied by two
services, twelve parties told, acknowledged, propagated. Mobility runs as it is (PostgreSQL with fsync, relay, JetStream,
consumers). Registry, assessment and notify are played: each stores its answers in a database of its own and publishes them
through its own relay, as the services do, but keeps no read model. All of it in one process.

The peer does three steps: start, and a success per step, each answered by a worker over JetStream, its states in PostgreSQL.
"""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from nats.aio.client import Client
from nats_outbox.core.models import Base as OutboxBase
from nats_outbox.publishers.nats_publisher import NatsPublisher
from nats_outbox.relay.polling import PollingRelay
from nats_outbox.settings import OutboxSettings
from natsaga.core.models import Base as SagaBase
from natsaga.core.saga import Saga
from natsaga.core.step import Step
from natsaga.listener import SagaListener
from natsaga.orchestrator import SagaOrchestrator
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from benchmarks.report import Figure, Target, percentile, show
from benchmarks.rig import create_databases, disk_floor, disk_line, embedded_stack, engine_of, nats_client
from services.mobility.application import decisions, letters, requests
from services.mobility.application.acknowledgements import acknowledge
from services.mobility.application.reactions import FOLLOWS
from services.mobility.application.requests import Wanted
from services.mobility.model import MODEL
from services.mobility.settings import MobilitySettings
from shared.contracts import assessment, mobility, notify, registry
from shared.contracts.base import PublicEvent
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
from shared.messaging.wakeup import Wakeup
from shared.processes.timers import TimerRunner
from tests.integration.mobility.roll import admitted, roll
from tests.support.kernel import Kernel, assemble

T = TypeVar("T")
R = TypeVar("R")

TRANSFERS = 400
WIDTH = 64
SAGAS = 120
TIMERS = 1_000_000
DUE = 1000
"""Timers that fall due while we look, a hundred a second."""
COMMITTEES = 64
OTHERS = ("registry", "assessment", "notify")


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
    await migrate(engine, model)
    kernel = assemble(model, PostgresStore(engine, model.views))
    bus = NatsBus(client, inbox_prefix=f"_INBOX_{name}")
    relay = Relay(f"OUT_{name.upper()}", PostgresOutboundQueue(engine), bus, kernel.executor.clock, kernel.wakeup)
    return Party(kernel, engine, asyncio.create_task(relay.run()))


class Town:
    """Mobility and those who answer it."""

    def __init__(self, stack: EmbeddedStack) -> None:
        self.stack = stack
        self.settings = MobilitySettings(database_url=stack.database_url("mobility"))
        self.done: dict[str, asyncio.Event] = {}

    async def start(self) -> None:
        await create_databases(self.stack, ("mobility", *OTHERS))
        self.client = await nats_client(self.stack.nats_url)
        for name in ("mobility", *OTHERS):
            await ensure_stream(self.client.jetstream(), StreamSpec(f"OUT_{name.upper()}", (f"{name}.evt.>",)))
        self.mobility = await party(self.stack, self.client, "mobility", MODEL)
        self.others = {name: await party(self.stack, self.client, name, ServiceModel(name, ())) for name in OTHERS}
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
        await self.others["registry"].say([*roll(), *committees()])
        members = [admitted(f"n{number}", f"from-b{number % COMMITTEES}") for number in range(3 * TRANSFERS)]
        await self.others["registry"].say(members)
        while len(await self._rows("members")) < 3 * TRANSFERS:
            await asyncio.sleep(0.05)

    async def _rows(self, table: str) -> list[dict[str, Any]]:
        return await self.mobility.kernel.store.find_rows(table, {})

    async def stop(self) -> None:
        for task in (*self.consumers, self.mobility.relay, *(one.relay for one in self.others.values())):
            task.cancel()
        for one in (self.mobility, *self.others.values()):
            await one.engine.dispose()
        await self.client.close()

    async def transfer(self, number: int) -> mobility.TransferAccepted:
        transfer_id, member_id = f"t{number}", f"n{number}"
        run = self.mobility.kernel.executor.run
        source, target = f"from-c{number % COMMITTEES}", f"to-c{number % COMMITTEES}"
        branch = f"to-b{number % COMMITTEES}"
        wanted = Wanted(transfer_id, member_id, target, branch, "county", "new employer", "2026-09")
        await run(lambda unit: requests.request(unit, wanted, self.settings.policy("county")), Cause(transfer_id))
        for by in (source, "k1"):
            events = await run(lambda unit, by=by: letters.approve(unit, transfer_id, by, None), Cause(transfer_id))  # type: ignore[misc]
        letter = next(event.letter_number for event in events if event.type == "letter-issued")  # type: ignore[attr-defined]
        accepted = await run(
            lambda unit: decisions.accept(unit, transfer_id, target, branch, letter, (), None), Cause(transfer_id)
        )
        event = mobility.TransferAccepted.model_validate(accepted[0].model_dump())
        await asyncio.gather(*(self.others[name].say(said) for name, said in _answers(event).items()))
        return event

    async def confirm(self, event: mobility.TransferAccepted) -> None:
        """Both branches acknowledge and the receipt goes back: people do that once they have been told, not before."""
        transfer_id = event.transfer_id
        run = self.mobility.kernel.executor.run
        for one in event.parties:
            if one.must_acknowledge:
                await run(
                    lambda unit, one=one: acknowledge(unit, transfer_id, one.party_id, one.ref_id),  # type: ignore[misc]
                    Cause(transfer_id),
                )
        receiver = event.to_committee_id
        await run(lambda unit: decisions.return_receipt(unit, transfer_id, receiver, None), Cause(transfer_id))

    async def rate(self, first: int, number: int) -> float:
        """Transfers per second until the last one is propagated."""
        began = time.perf_counter()
        accepted = await _by_clerks(self.transfer, range(first, first + number))
        await self._until(
            "SELECT count(*) = 0 FROM propagation WHERE number IS NOT NULL AND state IS NULL AND step <> 'acknowledged'"
        )
        await _by_clerks(self.confirm, accepted)
        await self._until(f"SELECT count(*) >= {first + number} FROM relocations WHERE propagated_at IS NOT NULL")
        return number / (time.perf_counter() - began)

    async def _until(self, question: str) -> None:
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


def _answers(event: mobility.TransferAccepted) -> dict[str, list[PublicEvent]]:
    """What the other three publish about an acceptance."""
    at = datetime.now(UTC)
    moved = registry.MembershipMoved(
        member_id=event.member_id,
        from_organisation_id=event.from_branch_id,
        to_organisation_id=event.to_branch_id,
        transfer_id=event.transfer_id,
        moved_at=at,
    )
    roster = assessment.RosterUpdated(
        member_id=event.member_id,
        relocation_id=event.transfer_id,
        from_branch_id=event.from_branch_id,
        to_branch_id=event.to_branch_id,
        instructor_ids=("i1",),
        updated_at=at,
    )
    told: list[PublicEvent] = []
    for one in event.parties:
        for channel in one.channels:
            cite = {
                "message_id": f"{one.party_id}-{channel}",
                "relocation_id": event.transfer_id,
                "party_id": one.party_id,
                "channel": channel,
            }
            told.append(notify.MessageDelivered(**cite, receipt_id="r", delivered_at=at))  # type: ignore[arg-type]
    return {"registry": [moved], "assessment": [roster], "notify": told}


# -- the peer ----------------------------------------------------------------------------------------------------------


class Relocation(Saga):
    """Three steps, as the peer's own example has them."""

    saga_type = "relocation"

    @classmethod
    def steps(cls) -> list[Step]:
        return [Step(name, f"saga.{name}", f"saga.{name}.undo", 60) for name in ("move", "roster", "tell")]


async def peer_rate(stack: EmbeddedStack) -> float:
    """Sagas per second until the last one is completed."""
    await create_databases(stack, ("peer",))
    engine = engine_of(stack.database_url("peer"))
    async with engine.begin() as connection:
        await connection.run_sync(OutboxBase.metadata.create_all)
        await connection.run_sync(SagaBase.metadata.create_all)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    client = await nats_client(stack.nats_url)
    await ensure_stream(client.jetstream(), StreamSpec("SAGA", ("saga.>",)))
    orchestrator = SagaOrchestrator(sessions)
    orchestrator.register(Relocation)
    publisher = NatsPublisher(client.jetstream())
    settings = OutboxSettings(
        database_url=engine.url.render_as_string(hide_password=False), batch_size=500, polling_interval=0.01
    )
    relay = PollingRelay(sessions, publisher, settings)
    listener = SagaListener(client.jetstream(), orchestrator, "SAGA")
    await listener.subscribe_all()

    async def work(message: Any) -> None:
        said = json.loads(message.data)
        said = said.get("payload", said)
        subject = f"{message.subject}.response.{said['saga_id']}.{said['step_index']}"
        await client.jetstream().publish(subject, json.dumps({"outcome": "success", "result": {}}).encode())

    for step in Relocation.steps():
        await client.subscribe(step.action_subject, cb=work)
    running = asyncio.create_task(relay.start())
    began = time.perf_counter()
    await asyncio.gather(*(orchestrator.start(Relocation, {"n": n}, saga_id=uuid.uuid4()) for n in range(SAGAS)))
    query = text("SELECT count(*) FROM saga_state WHERE status = 'completed'")
    try:
        async with asyncio.timeout(60):
            while True:
                async with engine.connect() as connection:
                    if int((await connection.execute(query)).scalar_one()) == SAGAS:
                        return SAGAS / (time.perf_counter() - began)
                await asyncio.sleep(0.02)
    finally:
        running.cancel()
        await client.close()
        await engine.dispose()


# -- timers ------------------------------------------------------------------------------------------------------------


async def timer_lag(town: Town) -> list[float]:
    """Milliseconds from due to fired, with a million others open."""
    async with town.mobility.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO timers (stream_id, stream_type, name, due_at, correlation_id)"
                " SELECT 'transfer-x' || n, 'transfer', 'turn-overdue', now() + interval '30 days' + n * interval '1 s', 'b'"
                " FROM generate_series(1, :timers) AS n"
            ),
            {"timers": TIMERS},
        )
        await connection.execute(text("ANALYZE timers"))
    start = datetime.now(UTC) + timedelta(seconds=2)
    async with town.mobility.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO timers (stream_id, stream_type, name, due_at, correlation_id)"
                " SELECT 'transfer-y' || n, 'transfer', 'turn-overdue', CAST(:start AS timestamptz) + n * interval '10 ms', 'b'"
                " FROM generate_series(1, :timers) AS n"
            ),
            {"timers": DUE, "start": start},
        )
    late: list[float] = []
    executor = town.mobility.kernel.executor
    runner = TimerRunner(executor, Wakeup())
    original = executor.run

    async def noted(job: Any, cause: Cause) -> Any:
        units: list[UnitOfWork] = []

        async def watched(unit: UnitOfWork) -> Any:
            units.append(unit)
            return await job(unit)

        result = await original(watched, cause)
        now = datetime.now(UTC)
        late.extend((now - timer.due_at).total_seconds() * 1000 for unit in units[-1:] for timer in unit.work.fired)
        return result

    executor.run = noted  # type: ignore[method-assign]
    task = asyncio.create_task(runner.run())
    try:
        async with asyncio.timeout(60):
            while len(late) < DUE:
                await asyncio.sleep(0.05)
    finally:
        task.cancel()
        executor.run = original  # type: ignore[method-assign]
    return late


async def main() -> None:
    logging.getLogger("nats_outbox").setLevel(logging.ERROR)
    logging.getLogger("natsaga").setLevel(logging.ERROR)
    async with embedded_stack() as stack:
        floors = [disk_floor()]
        town = Town(stack)
        await town.start()
        await town.rate(0, 50)
        mine = await town.rate(50, TRANSFERS)
        floors.append(disk_floor())
        theirs = await peer_rate(stack)
        floors.append(disk_floor())
        late = await timer_lag(town)
        await town.stop()
    figures: dict[str, Figure] = {
        "transfers/s, request to propagated": mine,
        "natsaga, three steps: sagas/s": theirs,
        "× natsaga": mine / theirs,
        "timer lag with 1,000,000 open, p50 ms": percentile(late, 50),
        "p99 ms": percentile(late, 99),
        "longest ms": max(late),
    }
    show(
        "transfers: whole transfers, and a saga of three steps beside them",
        figures,
        [
            Target("transfers: per second", mine, 300),
            Target("transfers: × natsaga", mine / theirs, 10),
            Target("timers: lag with a million open", max(late), 1000, at_most=True, unit="ms"),
        ],
        disk_line(floors),
    )


if __name__ == "__main__":
    asyncio.run(main())
