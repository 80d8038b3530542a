"""What each event makes of the state. No rule is checked here: what happened, happened."""

from dataclasses import replace

from services.mobility.domain.transfer.events import (
    CaseEscalated,
    CaseOverdue,
    HolderChanged,
    LetterIssued,
    LetterReissued,
    LetterVoided,
    MembershipConfirmed,
    ReceiptReturned,
    TransferAccepted,
    TransferApproved,
    TransferClosed,
    TransferCompleted,
    TransferExpired,
    TransferRejected,
    TransferRequested,
    TransferResent,
    TransferWithdrawn,
)
from services.mobility.domain.transfer.state import Acceptance, Letter, Rejection, Status, Transfer, Turn
from shared.kernel.event import DomainEvent


def evolve(state: Transfer, event: DomainEvent) -> Transfer:
    match event:
        case TransferRequested():
            return Transfer(status="approving" if event.approval_path else "awaiting_acceptance", request=event)
        case TransferApproved():
            return replace(state, approved=event.step)
        case LetterIssued() | LetterReissued():
            letter = Letter(number=event.letter_number, valid_until=event.valid_until)
            return replace(state, status="awaiting_acceptance", letter=letter)
        case LetterVoided():
            return replace(state, letter=None, voided=(*state.voided, event.letter_number))
        case TransferAccepted():
            acceptance = Acceptance(branch_id=event.to_branch_id, letter_number=event.letter_number)
            return replace(state, status="accepted", acceptance=acceptance)
        case TransferRejected():
            rejection = Rejection(event.rejected_by, event.reason_code, event.text)
            return replace(state, status="rejected", rejection=rejection)
        case TransferExpired():
            return replace(state, status="expired")
        case ReceiptReturned():
            return replace(state, receipt_at=event.returned_at)
        case MembershipConfirmed():
            return replace(state, moved_at=event.moved_at)
        case TransferCompleted():
            return _ended(state, "completed")
        case TransferWithdrawn():
            return _ended(state, "withdrawn")
        case TransferClosed():
            return _ended(state, "closed", event.text)
        case TransferResent():
            return _ended(state, "resent", event.resent_as)
        case _:
            return replace(state, turn=_turn(state.turn, event))


def _ended(state: Transfer, status: Status, by: str | None = None) -> Transfer:
    return replace(state, status=status, turn=None, ended_by=by)


def _turn(turn: Turn | None, event: DomainEvent) -> Turn | None:
    match event:
        case HolderChanged():
            return Turn(event.holder_id, event.task, event.due_at, event.escalate_at)
        case CaseOverdue() if turn:
            return replace(turn, overdue=True)
        case CaseEscalated() if turn:
            return replace(turn, escalated_to=event.superior_id)
        case _:
            return turn
