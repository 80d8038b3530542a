"""The ends of a transfer: completed, withdrawn, closed, resent or lapsed. After each of them nobody has to act."""

from collections.abc import Sequence
from datetime import datetime

from services.mobility.domain.transfer.commands import (
    CloseTransfer,
    ConfirmMembership,
    LapseTransfer,
    RecordOutsideReceipt,
    ResendTransfer,
    ReturnReceipt,
    WithdrawTransfer,
)
from services.mobility.domain.transfer.events import (
    MembershipConfirmed,
    MemberTransferredOut,
    ReceiptReturned,
    TransferClosed,
    TransferCompleted,
    TransferLapsed,
    TransferRequested,
    TransferResent,
    TransferWithdrawn,
)
from services.mobility.domain.transfer.refusals import not_source, not_yours, reason_missing, wrong_status
from services.mobility.domain.transfer.state import TERMINAL, Transfer
from services.mobility.domain.transfer.turn import hand_to
from shared.kernel.calendar import local_date
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


def return_receipt(command: ReturnReceipt, state: Transfer) -> Sequence[DomainEvent]:
    """回执 from the receiving committee to the source, between the two only (domain T8). A late one counts too.

    When the roll has not followed yet the receiver keeps the case: it is the one that misses the member in its roll.
    Errors: `transfer-<status>`, `not-your-turn`.
    """
    asked, at = state.asked, command.returned_at
    if state.status not in ("accepted", "completed"):
        raise wrong_status(state, "receipted")
    if asked.outside is not None:
        return []  # its receipt is in already: that is what completed it
    if command.returned_by != state.receiver:
        raise not_yours(command.returned_by, state.receiver, "receipted")
    if state.receipt_at is not None:
        return []
    returned = ReceiptReturned(
        transfer_id=asked.transfer_id, member_id=asked.member_id, returned_by=command.returned_by, returned_at=at
    )
    if state.moved_at is None:
        return [returned, hand_to(state.receiver, "confirm_membership", asked, at)]
    return [returned, _completed(asked, max(at, state.moved_at))]


def confirm_membership(command: ConfirmMembership, state: Transfer) -> Sequence[DomainEvent]:
    """The registry did what the acceptance asked for; with the receipt that completes the transfer.

    Errors: `transfer-<status>`, `membership-elsewhere` (roll and acceptance disagree: never completed silently).
    """
    asked, at = state.asked, command.moved_at
    if state.status not in ("accepted", "completed") or state.acceptance is None:
        raise wrong_status(state, "confirmed")
    if command.organisation_id != state.acceptance.branch_id:
        raise Refused(
            "membership-elsewhere",
            f"the roll has the member in {command.organisation_id}, accepted was {state.acceptance.branch_id}",
            remedy="correct the roll",
        )
    if state.moved_at is not None:
        return []
    confirmed = MembershipConfirmed(
        transfer_id=asked.transfer_id, member_id=asked.member_id, organisation_id=command.organisation_id, moved_at=at
    )
    return [confirmed] if state.receipt_at is None else [confirmed, _completed(asked, max(at, state.receipt_at))]


def receive_outside(command: RecordOutsideReceipt, state: Transfer) -> Sequence[DomainEvent]:
    """The 回执 of a committee outside our tree, entered by the source: the member is theirs from now on (domain T8, T14).

    It counts whenever it comes, also when the letter has run out here meanwhile: they took the member in.
    Errors: `transfer-<status>`, `not-outside`, `not-the-source`, `reason-missing`, `receipt-date`.
    """
    asked = state.asked
    if asked.outside is None:
        raise Refused(
            "not-outside",
            "the receiver is in our tree",
            remedy="let the receiving committee accept and return the receipt itself",
        )
    if state.outside_receipt == command.receipt_reference:
        return []
    if state.status not in ("awaiting_acceptance", "expired"):
        raise wrong_status(state, "receipted")
    if command.recorded_by != state.source:
        raise not_source(command.recorded_by, "receipted")
    if not command.receipt_reference:
        raise reason_missing("receipt_reference")
    if not local_date(asked.requested_at) <= command.accepted_on <= local_date(command.recorded_at):
        raise Invalid(
            "receipt-date",
            f"the receipt says {command.accepted_on}, which is not between the request and today",
            remedy="enter the day that stands on the receipt",
            where="accepted_on",
        )
    return [
        MemberTransferredOut(
            transfer_id=asked.transfer_id,
            member_id=asked.member_id,
            from_branch_id=asked.from_branch_id,
            from_committee_id=asked.from_committee_id,
            to_committee_id=asked.to_committee_id,
            to_area_code=asked.outside.area_code,
            receipt_reference=command.receipt_reference,
            accepted_on=command.accepted_on,
            recorded_at=command.recorded_at,
        ),
        _completed(asked, command.recorded_at),
    ]


def withdraw(command: WithdrawTransfer, state: Transfer) -> Sequence[DomainEvent]:
    """撤回 by the sender, only while nobody has approved yet (domain T18).

    Errors: `transfer-<status>`, `already-approved`, `not-the-source`.
    """
    asked = state.asked
    if command.withdrawn_by not in (asked.from_branch_id, state.source):
        raise not_source(command.withdrawn_by, "withdrawn")
    if state.status == "withdrawn":
        return []
    if state.status not in ("approving", "awaiting_acceptance"):
        raise wrong_status(state, "withdrawn")
    if state.approved:
        raise Refused(
            "already-approved",
            f"{asked.approval_path[state.approved - 1]} has approved it; it cannot be withdrawn any more",
            remedy="ask whoever has the turn to reject it",
        )
    return [
        TransferWithdrawn(transfer_id=asked.transfer_id, member_id=asked.member_id, withdrawn_at=command.withdrawn_at)
    ]


def close(command: CloseTransfer, state: Transfer) -> Sequence[DomainEvent]:
    """The source ends what was rejected or has expired; the member stays where it is.

    Errors: `transfer-<status>`, `not-the-source`, `reason-missing`.
    """
    asked = state.asked
    if state.status == "closed" and state.ended_by == command.text:
        return []
    _check_source_acts(state, command.closed_by, "closed")
    if not command.text:
        raise reason_missing("text")
    return [
        TransferClosed(
            transfer_id=asked.transfer_id,
            member_id=asked.member_id,
            closed_by=command.closed_by,
            text=command.text,
            closed_at=command.closed_at,
        )
    ]


def resend(command: ResendTransfer, state: Transfer) -> Sequence[DomainEvent]:
    """The corrected transfer is a new one that cites this one (domain §5.3), requested in the same transaction.

    Errors: `transfer-<status>`, `not-the-source`, `resent-itself`.
    """
    asked = state.asked
    if state.status == "resent" and state.ended_by == command.resent_as:
        return []
    _check_source_acts(state, command.resent_by, "sent again")
    if command.resent_as == asked.transfer_id:
        raise Invalid("resent-itself", "a transfer cannot correct itself", remedy="give it a new id", where="resent_as")
    return [
        TransferResent(
            transfer_id=asked.transfer_id,
            member_id=asked.member_id,
            resent_as=command.resent_as,
            resent_at=command.resent_at,
        )
    ]


def lapse(command: LapseTransfer, state: Transfer) -> Sequence[DomainEvent]:
    """The membership ended where it was: there is nobody to move, and no question that could be decided against anybody.

    Where the roll has followed the acceptance the member was moved first; then only the receipt between the two
    committees is open, and stays with the receiver.
    """
    asked, turn = state.asked, state.turn
    if state.status in TERMINAL or turn is None or state.moved_at is not None:
        return []
    whose = {"transfer_id": asked.transfer_id, "member_id": asked.member_id, "from_branch_id": asked.from_branch_id}
    return [TransferLapsed(**whose, holder_id=turn.holder_id, task=turn.task, **command.model_dump())]


def _check_source_acts(state: Transfer, actor: str, asked_for: str) -> None:
    if state.status not in ("rejected", "expired"):
        raise wrong_status(state, asked_for)
    if actor != state.source:
        raise not_source(actor, asked_for)


def _completed(request: TransferRequested, at: datetime) -> TransferCompleted:
    return TransferCompleted(transfer_id=request.transfer_id, member_id=request.member_id, completed_at=at)
