"""The registry on a real database, with keys in memory and mobility's word given by the test."""

from datetime import date
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncEngine

from services.registry.application import erasure, roll
from services.registry.application.erasing import Erasing
from services.registry.application.reactions import FOLLOWS
from services.registry.application.roll import Entrant
from services.registry.application.tree import found
from services.registry.domain.organisation.commands import FoundOrganisation
from services.registry.model import MODEL
from shared.contracts.base import PublicEvent, partition_of
from shared.eventstore.audit import AuditRecord
from shared.eventstore.context import Cause
from shared.eventstore.postgres import audit_trail
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.clock import ShiftedClock
from shared.kernel.json import from_json
from shared.kernel.sealed import PersonalKind
from shared.messaging.envelope import Envelope, outgoing
from shared.messaging.handlers import Handlers
from shared.messaging.wakeup import Wakeup
from shared.observability.metrics import Metrics
from shared.privacy.blind_index import BlindIndex
from shared.privacy.memory_keyring import InMemoryKeyring
from shared.privacy.sealer import Sealer
from shared.processes.timers import TimerRunner
from shared.runtime.definition import Running
from shared.runtime.settings import ServiceSettings
from tests.support.kernel import Kernel, assemble

NUMBER = "11010519491231002X"
PHONE = "13900139000"


class World:
    """A branch, and people in it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.clock = ShiftedClock()
        self.store = PostgresStore(engine, MODEL.views)
        self.kernel = assemble(MODEL, self.store, self.clock)
        self.keyring = InMemoryKeyring()
        self.sealer = Sealer(self.keyring)
        self.index = BlindIndex({"i1": bytes(32)})
        self.metrics = Metrics()
        nothing = cast("Any", None)
        self.running = Running(
            ServiceSettings(database_url="x"), MODEL, engine, self.store, self.kernel.executor, nothing, nothing,
            self.clock, self.kernel.executor.ids, self.metrics, self.sealer, self.index, self.keyring,
        )  # fmt: skip
        self.erasing = Erasing(self.running, self.keyring)
        self._position = 0

    async def run(self, job: Any, actor: str = "clerk-7") -> Any:
        return await self.kernel.executor.run(job, Cause("test", actor=actor))

    async def fire_timers(self) -> None:
        """Everything that is due by now, and what that makes due."""
        runner = TimerRunner(self.kernel.executor, Wakeup())
        while await runner.fire_due():
            pass

    async def settle_in(self) -> None:
        command = FoundOrganisation(
            organisation_id="b1", name="某某街道党工委", kind="working_committee", parent_id=None, area_code="110101",
            can_approve_probationary=False,
        )  # fmt: skip
        await self.run(lambda unit: found(unit, command))

    async def admit(self, member_id: str, number: str = NUMBER, phone: str | None = PHONE) -> None:
        entrant = Entrant(member_id, "b1", "formal", date(2020, 7, 1), None, "王小雁", number, phone, None)
        [sealed] = await roll.seal(self.sealer, self.index, [entrant])
        await self.run(lambda unit: roll.admit(unit, sealed))

    async def request(self, person_id: str, *, although_open: bool = False) -> list[str]:
        async def job(unit: UnitOfWork) -> list[str]:
            return (await erasure.request(unit, person_id, "subject-request", although_open=although_open))[1]

        found_: list[str] = await self.run(job)
        return found_

    async def who_has(self, kind: PersonalKind, number: str) -> list[str]:
        return await self.store.owners(kind, self.index.candidates(kind, number))

    async def trail(self) -> list[AuditRecord]:
        return [record async for record in audit_trail.read(self.engine)]

    async def hear(self, event: PublicEvent) -> None:
        """Handle one event of mobility as a consumer does."""
        self._position += 1
        await hear(self.kernel, self._position, event)


async def hear(kernel: Kernel, position: int, event: PublicEvent) -> None:
    """Handle one event of mobility as a consumer does."""
    message = outgoing(event, kernel.executor.ids(), 0, Cause("elsewhere"), kernel.executor.clock.now())
    envelope = Envelope(
        "OUT_MOBILITY", position, 0, partition_of(event.partition_key), event.partition_key, message.message_id,
        event.ce_type, from_json(message.headers), message.data,
    )  # fmt: skip
    handlers = Handlers(MODEL, FOLLOWS["mobility"])
    decoded = handlers.decode(envelope)
    await kernel.executor.run(lambda unit: handlers.apply(envelope, decoded, unit), envelope.cause())
