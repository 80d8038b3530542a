"""Mobility on either store, with registry, assessment and notify played by the test, and time to let pass."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, TypeVar

from services.mobility.application import decisions, letters, requests
from services.mobility.application.reactions import FOLLOWS
from services.mobility.application.requests import Wanted
from services.mobility.model import MODEL
from services.mobility.settings import MobilitySettings
from shared.contracts import assessment, mobility, notify, registry
from shared.contracts.base import PublicEvent, event_class
from shared.eventstore.context import Cause
from shared.eventstore.memory import MemoryStore
from shared.eventstore.repository import Held
from shared.eventstore.store import Store
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.clock import Clock, ManualClock
from shared.kernel.decider import Decider
from shared.kernel.json import from_json
from shared.messaging.wakeup import Wakeup
from shared.processes.timers import TimerRunner
from tests.integration.mobility.roll import roll
from tests.support.hearing import Ear
from tests.support.kernel import assemble

R = TypeVar("R")
SETTINGS: Final = MobilitySettings(database_url="postgresql+asyncpg://nowhere/mobility", outside_systems=("platform",))


def wanted(transfer_id: str = "t1", **changed: Any) -> Wanted:
    return Wanted(
        **{
            "transfer_id": transfer_id,
            "member_id": "m1",
            "to_committee_id": "c2",
            "to_branch_id": "b2",
            "scope": "county",
            "reason": "new employer",
            "dues_paid_to": "2025-12",
            **changed,
        }
    )


class World:
    """The service, and what the others say to it."""

    def __init__(self, store: Store | None = None, clock: Clock | None = None) -> None:
        self.clock = clock or ManualClock()
        self.store = store or MemoryStore(MODEL.views)
        self.kernel = assemble(MODEL, self.store, self.clock)
        self.timers = TimerRunner(self.kernel.executor, Wakeup())
        self.surprises: list[str] = []
        self._ear = Ear(self.kernel, MODEL, FOLLOWS)
        self._looped = 0

    # -- what others say ----------------------------------------------------------------------------------------

    async def settle_in(self) -> "World":
        for event in roll():
            await self.hear(event)
        return self

    async def hear(self, event: PublicEvent) -> None:
        """Handle one event as a consumer does."""
        await self._ear.hear(event, self._watching_loads)

    @contextmanager
    def _watching_loads(self) -> Iterator[None]:
        """Note every stream that a reaction loads beyond those it said it would touch."""
        repository = self.kernel.repository
        load = repository.load

        async def watched(
            wanted: Iterable[tuple[Decider[Any, Any], str]], *, from_store: bool = False
        ) -> dict[str, Held]:
            pairs = list(wanted)
            self.surprises += [stream_id for _, stream_id in pairs]
            return await load(pairs, from_store=from_store)

        repository.load = watched  # type: ignore[method-assign]
        try:
            yield
        finally:
            repository.load = load  # type: ignore[method-assign]

    async def hear_ourselves(self) -> None:
        """Our own new events come round."""
        new = self.published()[self._looped :]
        self._looped += len(new)
        for event in new:
            if isinstance(event, mobility.TransferAccepted):
                await self.hear(event)

    async def others_apply(self, transfer_id: str = "t1") -> None:
        """Registry and assessment take the accepted transfer over."""
        accepted = self.accepted(transfer_id)
        at = self.clock.now()
        await self.hear(
            registry.MembershipMoved(
                member_id=accepted.member_id,
                from_organisation_id=accepted.from_branch_id,
                to_organisation_id=accepted.to_branch_id,
                transfer_id=transfer_id,
                moved_at=accepted.accepted_at,
            )
        )
        await self.hear(
            assessment.RosterUpdated(
                member_id=accepted.member_id,
                relocation_id=transfer_id,
                from_branch_id=accepted.from_branch_id,
                to_branch_id=accepted.to_branch_id,
                instructor_ids=("i1",),
                updated_at=at,
            )
        )

    async def notify_delivers(self, transfer_id: str = "t1") -> None:
        """Every message to every party is submitted and delivered."""
        for party in self.accepted(transfer_id).parties:
            for channel in party.channels:
                cite = message(transfer_id, party.party_id, channel)
                at = self.clock.now()
                await self.hear(notify.MessageSubmitted(**cite, provider_reference="r", submitted_at=at))
                await self.hear(notify.MessageDelivered(**cite, receipt_id=f"receipt-{channel}", delivered_at=at))

    # -- what we are asked --------------------------------------------------------------------------------------

    async def do(self, job: Callable[[UnitOfWork], Awaitable[R]], correlation_id: str = "request") -> R:
        return await self.kernel.executor.run(job, Cause(correlation_id, actor="tester"))

    async def ask(self, transfer_id: str = "t1", **changed: Any) -> None:
        asked = wanted(transfer_id, **changed)
        await self.do(lambda unit: requests.request(unit, asked, SETTINGS.policy))

    async def approve(self, transfer_id: str = "t1", *by: str) -> None:
        for one in by or ("c1", "k1"):
            await self.do(lambda unit, one=one: letters.approve(unit, transfer_id, one, None))  # type: ignore[misc]

    async def accept(self, transfer_id: str = "t1", **changed: Any) -> None:
        said = {"by": "c2", "branch_id": "b2", "letter_number": (await self.transfer(transfer_id))["letter_number"]}
        said |= changed
        systems = SETTINGS.outside_systems
        await self.do(lambda unit: decisions.accept(unit, transfer_id, **said, outside_systems=systems, expected=None))

    async def pass_time(self, **by: float) -> None:
        assert isinstance(self.clock, ManualClock)
        self.clock.advance(timedelta(**by))
        while await self.timers.fire_due():
            pass

    # -- what became of it --------------------------------------------------------------------------------------

    def published(self) -> list[PublicEvent]:
        assert isinstance(self.store, MemoryStore)
        events = []
        for message_ in self.store.data.outbox:
            kind = event_class(from_json(message_.headers)["ce-type"])
            assert kind is not None
            events.append(kind.model_validate_json(message_.data))
        return events

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.published()]

    def correlations(self) -> set[str]:
        assert isinstance(self.store, MemoryStore)
        return {event.meta["correlation_id"] for event in self.store.data.events}

    def accepted(self, transfer_id: str = "t1") -> mobility.TransferAccepted:
        [found] = [
            event
            for event in self.published()
            if isinstance(event, mobility.TransferAccepted) and event.transfer_id == transfer_id
        ]
        return found

    def party(self, role: str, transfer_id: str = "t1") -> str:
        return next(party.party_id for party in self.accepted(transfer_id).parties if party.role == role)

    async def transfer(self, transfer_id: str = "t1") -> dict[str, Any]:
        [row] = await self.store.find_rows("transfers", {"transfer_id": transfer_id})
        return row

    async def case(self, case_id: str = "t1") -> dict[str, Any]:
        [row] = await self.store.find_rows("cases", {"case_id": case_id})
        return row

    async def ledger(self, relocation_id: str = "t1") -> list[dict[str, Any]]:
        rows = await self.store.find_rows("propagation", {"relocation_id": relocation_id})
        return sorted((row for row in rows if row["number"] is not None), key=lambda row: row["number"])

    async def relocation(self, relocation_id: str = "t1") -> dict[str, Any]:
        [row] = await self.store.find_rows("relocations", {"relocation_id": relocation_id})
        return row


def message(relocation_id: str, party_id: str, channel: str, attempt: int = 0) -> dict[str, Any]:
    return {
        "message_id": f"{party_id}-{channel}-{attempt}",
        "relocation_id": relocation_id,
        "party_id": party_id,
        "channel": channel,
    }
