"""撤销 in mid-case: what the dissolution of an organisation means for the transfers in which it has a part."""

from typing import Final

from services.mobility.application.steps import known, step
from services.mobility.domain.transfer.commands import ReplaceOrganisation
from services.mobility.domain.transfer.letter import covered
from shared.contracts.registry import PartyOrganisationDissolved
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.event import DomainEvent

_OPEN: Final = ("approving", "awaiting_acceptance", "held", "admitted", "accepted", "rejected", "expired")
_PARTS: Final = ("holder_id", "from_committee_id", "to_committee_id")


async def dissolved(event: PartyOrganisationDissolved, unit: UnitOfWork) -> None:
    """Every open transfer that it holds, sends or receives gets its heir; whoever is later on a path, when it comes to it."""
    row = await unit.row("organisations", event.organisation_id)
    if row is None or row["parent_id"] is None:
        return  # nobody stands above a root, and the registry dissolves none with children
    heir = str(row["parent_id"])
    for transfer_id in sorted(await _concerned(unit, event.organisation_id)):
        at = unit.clock.now()
        await step(
            unit,
            transfer_id,
            ReplaceOrganisation(organisation_id=event.organisation_id, heir_id=heir, replaced_at=at),
        )


async def _concerned(unit: UnitOfWork, organisation_id: str) -> set[str]:
    found: set[str] = set()
    for status in _OPEN:
        for part in _PARTS:
            rows = await unit.rows("transfers", status=status, **{part: organisation_id})
            found |= {str(row["transfer_id"]) for row in rows}
    return found


async def seat_next(unit: UnitOfWork, transfer_id: str, by: str) -> list[DomainEvent]:
    """Before `by` approves: if the one after it was dissolved meanwhile, its heir takes that seat."""
    state = await known(unit, transfer_id)
    if state.status != "approving" or state.holder != by:
        return []
    events: list[DomainEvent] = []
    while ahead := state.asked.approval_path[state.approved + covered(state, by) :]:
        seat = state.seat(ahead[0])
        row = await unit.row("organisations", seat)
        if row is None or not row["dissolved"] or row["parent_id"] is None:
            break
        command = ReplaceOrganisation(organisation_id=seat, heir_id=row["parent_id"], replaced_at=unit.clock.now())
        events += await step(unit, transfer_id, command)
        state = await known(unit, transfer_id)
    return events
