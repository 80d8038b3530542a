"""接收、退回、撤回、回执 and 办结: what the two ends decide about a transfer."""

from dataclasses import dataclass
from datetime import date

from services.mobility.application.interested import interested_parties
from services.mobility.application.organisations import organisations_above
from services.mobility.application.steps import known, step
from services.mobility.domain.parties import InterestedParty
from services.mobility.domain.terms import Leg, LegStep, RejectionReason
from services.mobility.domain.transfer.commands import (
    AcceptTransfer,
    AcknowledgeVoid,
    AssignBranch,
    CloseTransfer,
    HoldTransfer,
    RecordLeg,
    RecordOutsideReceipt,
    RejectTransfer,
    ReturnReceipt,
    WithdrawTransfer,
)
from services.mobility.domain.transfer.events import TransferRequested
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.event import DomainEvent


async def accept(
    unit: UnitOfWork,
    transfer_id: str,
    by: str,
    branch_id: str | None,
    letter_number: str | None,
    outside_systems: tuple[str, ...],
    expected: int | None,
    inquiry: str | None = None,
    *,
    branch_later: bool = False,
) -> list[DomainEvent]:
    """The receiver takes the member in; whom that concerns is computed now and frozen in the event.

    Without `branch_id` it is the branch that was asked for; when none was, or with `branch_later`, the committee accepts
    and names the branch next. Errors: `organisation-unknown`, `organisation-dissolved`, `branch-without-committee`, and
    those of the acceptance.
    """
    asked = (await known(unit, transfer_id)).asked
    branch_id = None if branch_later else branch_id or asked.to_branch_id
    at = unit.clock.now()
    said = {"accepted_by": by, "letter_number": letter_number, "accepted_at": at, "inquiry": inquiry}
    if branch_id is None or asked.outside is not None:
        command = AcceptTransfer(**said, branch_id=None, branch_committee_id=None, parties=())
    else:
        place = await _place(unit, transfer_id, asked, branch_id, outside_systems)
        command = AcceptTransfer(
            **said,
            branch_id=branch_id,
            branch_committee_id=place.committee_id,
            parties=place.parties,
            to_area_code=place.area_code,
        )
    return await step(unit, transfer_id, command, expected)


async def assign(
    unit: UnitOfWork, transfer_id: str, by: str, branch_id: str, outside_systems: tuple[str, ...], expected: int | None
) -> list[DomainEvent]:
    """The branch of a member whom the committee has accepted; moves the membership. Errors: as for `accept`."""
    asked = (await known(unit, transfer_id)).asked
    place = await _place(unit, transfer_id, asked, branch_id, outside_systems)
    command = AssignBranch(
        assigned_by=by,
        branch_id=branch_id,
        branch_committee_id=place.committee_id,
        parties=place.parties,
        assigned_at=unit.clock.now(),
        to_area_code=place.area_code,
    )
    return await step(unit, transfer_id, command, expected)


@dataclass(frozen=True, slots=True)
class _Place:
    """A branch that a member is taken into, as it is now."""

    committee_id: str
    parties: tuple[InterestedParty, ...]
    area_code: str | None


async def _place(
    unit: UnitOfWork, transfer_id: str, asked: TransferRequested, branch_id: str, outside_systems: tuple[str, ...]
) -> _Place:
    tree = await organisations_above(
        unit,
        branch_id=branch_id,
        to_committee_id=asked.to_committee_id,
        from_branch_id=asked.from_branch_id,
        from_committee_id=asked.from_committee_id,
    )
    tree.require_active(branch_id=branch_id)
    committee_id = tree.committee_of(branch_id, asked.to_committee_id)
    sides = tree.side(asked.from_branch_id, asked.from_committee_id), tree.side(branch_id, committee_id)
    parties = await interested_parties(unit, transfer_id, asked.member_id, tree, sides, outside_systems)
    return _Place(committee_id, parties, tree.rows[branch_id]["area_code"])


async def hold(
    unit: UnitOfWork, transfer_id: str, by: str, letter_number: str | None, text: str, expected: int | None
) -> list[DomainEvent]:
    """暂缓: the receiver looks into the dossier, for a limited time."""
    command = HoldTransfer(held_by=by, letter_number=letter_number, text=text, held_at=unit.clock.now())
    return await step(unit, transfer_id, command, expected)


async def acknowledge_void(
    unit: UnitOfWork, transfer_id: str, by: str, letter_number: str, expected: int | None
) -> list[DomainEvent]:
    """The receiver has heard that a letter is void; the new one becomes usable."""
    command = AcknowledgeVoid(heard_by=by, letter_number=letter_number, heard_at=unit.clock.now())
    return await step(unit, transfer_id, command, expected)


async def record_leg(
    unit: UnitOfWork, transfer_id: str, by: str, leg: Leg, leg_step: LegStep, reference: str, expected: int | None
) -> list[DomainEvent]:
    """One way of the case made a step."""
    at = unit.clock.now()
    command = RecordLeg(leg=leg, step=leg_step, recorded_by=by, reference=reference, recorded_at=at)
    return await step(unit, transfer_id, command, expected)


async def outside_receipt(
    unit: UnitOfWork, transfer_id: str, by: str, receipt_reference: str, accepted_on: date, expected: int | None
) -> list[DomainEvent]:
    """The 回执 of a committee outside our tree came back."""
    at = unit.clock.now()
    command = RecordOutsideReceipt(
        recorded_by=by, receipt_reference=receipt_reference, accepted_on=accepted_on, recorded_at=at
    )
    return await step(unit, transfer_id, command, expected)


async def reject(
    unit: UnitOfWork, transfer_id: str, by: str, reason_code: RejectionReason, text: str, expected: int | None
) -> list[DomainEvent]:
    """Whoever has the turn says no, and why; it then lies with the source."""
    at = unit.clock.now()
    command = RejectTransfer(rejected_by=by, reason_code=reason_code, text=text, rejected_at=at)
    return await step(unit, transfer_id, command, expected)


async def withdraw(unit: UnitOfWork, transfer_id: str, by: str, expected: int | None) -> list[DomainEvent]:
    """The source takes the request back, as long as nobody has approved it."""
    return await step(unit, transfer_id, WithdrawTransfer(withdrawn_by=by, withdrawn_at=unit.clock.now()), expected)


async def return_receipt(unit: UnitOfWork, transfer_id: str, by: str, expected: int | None) -> list[DomainEvent]:
    """The receiving committee sends the 回执 back; with the move in the roll that completes the transfer."""
    return await step(unit, transfer_id, ReturnReceipt(returned_by=by, returned_at=unit.clock.now()), expected)


async def close(unit: UnitOfWork, transfer_id: str, by: str, text: str, expected: int | None) -> list[DomainEvent]:
    """The source ends what was rejected or has expired; the member stays."""
    return await step(unit, transfer_id, CloseTransfer(closed_by=by, text=text, closed_at=unit.clock.now()), expected)
