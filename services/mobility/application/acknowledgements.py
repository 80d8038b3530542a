"""确认: a party says that it has the relocation, at our door or from an outside system."""

from services.mobility.processes.relocation.commands import RecordAcknowledged
from services.mobility.processes.relocation.decider import RELOCATION
from shared.contracts.inbound import AcknowledgementReported
from shared.contracts.mobility import InboundRefused
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import NotFound, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.ids import derived_id
from shared.messaging.cloudevents import OutsideEvent
from shared.messaging.inbound import Inbound


async def acknowledge(
    unit: UnitOfWork, relocation_id: str, party_id: str, by: str, expected: int | None = None
) -> list[DomainEvent]:
    """Record an acknowledgement. It may come before we have begun to propagate: the acceptance was public before.

    Only of those whom the acceptance names, so that nobody can make ledgers of relocations that do not exist.
    Errors: `relocation-unknown`, `party-not-concerned`.
    """
    unit.cause = unit.cause.with_correlation(relocation_id)
    transfer = await unit.row("transfers", relocation_id)
    if transfer is None or transfer["parties"] is None:
        raise NotFound(
            "relocation-unknown",
            f"no accepted transfer is called {relocation_id}",
            remedy="a relocation has the id of its transfer, and exists once that is accepted",
        )
    if party_id not in {party["party_id"] for party in transfer["parties"]}:
        raise Refused(
            "party-not-concerned",
            f"{party_id} is not an interested party of {relocation_id}",
            remedy="look up the interested parties in the transfer",
            where="party_id",
        )
    command = RecordAcknowledged(party_id=party_id, acknowledged_by=by, acknowledged_at=unit.clock.now())
    return await unit.handle(RELOCATION, relocation_id, command, expected=expected)


async def _take(fact: AcknowledgementReported, event: OutsideEvent, unit: UnitOfWork) -> None:
    # Who says so is the broker's word, not the message's: a system may only publish under its own name.
    party_id = derived_id(fact.relocation_id, "outside_system", event.system)
    await acknowledge(unit, fact.relocation_id, party_id, event.system)


INBOUND = (Inbound(AcknowledgementReported, _take),)


def refused(system: str, message_id: str, code: str, detail: str) -> InboundRefused:
    """The public event that tells an outside system what was wrong."""
    return InboundRefused(system=system, message_id=message_id, code=code, detail=detail)
