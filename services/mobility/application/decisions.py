"""接收、退回、撤回、回执 and 办结: what the two ends decide about a transfer."""

from services.mobility.application.interested import interested_parties
from services.mobility.application.organisations import organisations_above
from services.mobility.application.steps import known, step
from services.mobility.domain.terms import RejectionReason
from services.mobility.domain.transfer.commands import (
    AcceptTransfer,
    CloseTransfer,
    RejectTransfer,
    ReturnReceipt,
    WithdrawTransfer,
)
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Invalid
from shared.kernel.event import DomainEvent


async def accept(
    unit: UnitOfWork,
    transfer_id: str,
    by: str,
    branch_id: str | None,
    letter_number: str | None,
    outside_systems: tuple[str, ...],
    expected: int | None,
) -> list[DomainEvent]:
    """The receiver takes the member in; whom that concerns is computed now and frozen in the event.

    Without `branch_id` it is the branch that was asked for. Errors: `branch-missing`, `organisation-unknown`,
    `organisation-dissolved`, `branch-without-committee`, and those of the acceptance.
    """
    asked = (await known(unit, transfer_id)).asked
    branch_id = branch_id or asked.to_branch_id
    if branch_id is None:
        raise Invalid(
            "branch-missing", "the request names no branch", remedy="choose the branch to join", where="branch_id"
        )
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
    command = AcceptTransfer(
        accepted_by=by,
        branch_id=branch_id,
        branch_committee_id=committee_id,
        letter_number=letter_number,
        parties=await interested_parties(unit, transfer_id, asked.member_id, tree, sides, outside_systems),
        accepted_at=unit.clock.now(),
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
