"""What the registry does when mobility, an outside register or it itself has said something."""

from typing import Any

from services.registry.application import closing_units
from services.registry.application.closing import arrived
from services.registry.application.leaving import let_go
from services.registry.application.party_groups import decide_on_member
from services.registry.domain.member.commands import CloseMembership, MoveMembership, NoteOrganisationGone
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.state import MemberState
from services.registry.domain.organisation.commands import NoteUnitClosed
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.organisation.state import OrganisationState
from services.registry.domain.unit.commands import CloseUnit, ReportUnitChange
from services.registry.domain.unit.decider import UNIT
from shared.contracts.inbound import UnitChangeReported, UnitClosureReported
from shared.contracts.mobility import MemberTransferredOut, TransferAccepted
from shared.contracts.registry import InboundRefused, UnitClosed
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.messaging.cloudevents import OutsideEvent
from shared.messaging.handlers import Follows, On
from shared.messaging.inbound import Inbound


async def _move(event: TransferAccepted, unit: UnitOfWork) -> None:
    # The whole relocation is one story: what follows from the acceptance is found under the transfer's id.
    unit.cause = unit.cause.with_correlation(event.transfer_id)
    member: MemberState = await unit.state(MEMBER, event.member_id)
    if member.left_on is not None and member.left_by is None:
        return  # the membership had ended before the acceptance came; mobility learns of that and lets the transfer lapse
    # The move is a fact and is carried out, also into an organisation that was dissolved meanwhile: nobody is without a
    # branch. But one that is being dissolved at this moment is not empty any more.
    destination: OrganisationState = await arrived(unit, "organisation", event.to_branch_id)
    command = MoveMembership(
        member_id=event.member_id,
        from_organisation_id=event.from_branch_id,
        to_organisation_id=event.to_branch_id,
        transfer_id=event.transfer_id,
        moved_at=event.accepted_at,
    )
    moved = await decide_on_member(unit, event.member_id, command)
    if moved and not destination.stands:
        note = NoteOrganisationGone(
            member_id=event.member_id,
            superior_id=await _standing_above(unit, destination),
            transfer_id=event.transfer_id,
            found_at=unit.clock.now(),
        )
        await unit.handle(MEMBER, event.member_id, note)


async def _standing_above(unit: UnitOfWork, state: OrganisationState) -> str | None:
    """Whoever can say what becomes of it; a dissolved one keeps the place where it hung."""
    while (above := state.parent_id) is not None:
        state = await unit.state(ORGANISATION, above)
        if state.stands:
            break
    return above


async def _close(event: MemberTransferredOut, unit: UnitOfWork) -> None:
    unit.cause = unit.cause.with_correlation(event.transfer_id)
    command = CloseMembership(
        member_id=event.member_id,
        organisation_id=event.from_branch_id,
        transfer_id=event.transfer_id,
        closed_on=event.accepted_on,
    )
    if await decide_on_member(unit, event.member_id, command):
        await let_go(unit, "member", event.member_id, event.accepted_on)


async def _without_unit(event: UnitClosed, unit: UnitOfWork) -> None:
    """Heard from ourselves, after the closure: an organisation that was founded in the same moment is among them."""
    for row in await unit.rows("organisations", unit_uscc=event.uscc, dissolved=False):
        note = NoteUnitClosed(organisation_id=row["organisation_id"], uscc=event.uscc, closed_on=event.closed_on)
        await unit.handle(ORGANISATION, row["organisation_id"], note)


def _moved(event: TransferAccepted) -> list[tuple[Any, str]]:
    return [(MEMBER, event.member_id), (ORGANISATION, event.to_branch_id)]


def _member_of(event: MemberTransferredOut) -> list[tuple[Any, str]]:
    return [(MEMBER, event.member_id)]


FOLLOWS: Follows = {
    "mobility": {TransferAccepted: On(_move, _moved), MemberTransferredOut: On(_close, _member_of)},
    "registry": {UnitClosed: On(_without_unit)},
}


async def _change_unit(fact: UnitChangeReported, _: OutsideEvent, unit: UnitOfWork) -> None:
    # Dated, or what is found out later about an earlier day would be taken for newer.
    command = ReportUnitChange(**fact.model_dump(), on=local_date(unit.clock.now()))
    await unit.handle(UNIT, fact.uscc, command)


async def _close_unit(fact: UnitClosureReported, _: OutsideEvent, unit: UnitOfWork) -> None:
    await closing_units.close(unit, CloseUnit(**fact.model_dump()))


INBOUND = (Inbound(UnitChangeReported, _change_unit), Inbound(UnitClosureReported, _close_unit))


def refused(system: str, message_id: str, code: str, detail: str) -> InboundRefused:
    """The public event that tells an outside system what was wrong."""
    return InboundRefused(system=system, message_id=message_id, code=code, detail=detail)
