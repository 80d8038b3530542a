"""What each event makes of the state. No rule is checked here: what happened, happened."""

from dataclasses import replace

from services.mobility.domain.transfer.events import (
    BranchAssigned,
    CaseEscalated,
    CaseOverdue,
    CommitteeAccepted,
    HolderChanged,
    LegRecorded,
    LetterIssued,
    LetterReissued,
    LetterVoided,
    MembershipConfirmed,
    MembershipInDoubt,
    MemberTransferredOut,
    OrganisationReplaced,
    ReceiptReturned,
    TransferAccepted,
    TransferApproved,
    TransferClassified,
    TransferClosed,
    TransferCompleted,
    TransferExpired,
    TransferHeld,
    TransferLapsed,
    TransferRejected,
    TransferRequested,
    TransferResent,
    TransferWithdrawn,
    VoidAcknowledged,
)
from services.mobility.domain.transfer.state import Acceptance, Admission, Letter, Rejection, Status, Transfer, Turn
from shared.kernel.event import DomainEvent


def evolve(state: Transfer, event: DomainEvent) -> Transfer:
    match event:
        case TransferRequested():
            return Transfer(status="approving" if event.approval_path else "awaiting_acceptance", request=event)
        case TransferApproved():
            return replace(state, approved=event.step)
        case LetterIssued() | LetterReissued():
            letter = Letter(event.letter_number, event.valid_until, event.issued_at)
            unheard = event.replaces if isinstance(event, LetterReissued) else None
            first = state.first_letter_at or event.issued_at
            return replace(
                state, status="awaiting_acceptance", letter=letter, unheard_void=unheard, first_letter_at=first
            )
        case LetterVoided():
            return replace(state, letter=None, voided=(*state.voided, event.letter_number))
        case VoidAcknowledged():
            return replace(state, unheard_void=None)
        case TransferHeld():
            return replace(state, status="held", held=event.text)
        case CommitteeAccepted():
            admission = Admission(event.letter_number, event.accepted_at, event.inquiry)
            return replace(state, status="admitted", admission=admission)
        case TransferAccepted():
            acceptance = Acceptance(branch_id=event.to_branch_id, letter_number=event.letter_number)
            return replace(state, status="accepted", acceptance=acceptance, accepted_at=event.accepted_at)
        case LegRecorded():
            return replace(state, legs=state.legs | {(event.leg, event.step)})
        case MemberTransferredOut():
            return replace(state, accepted_at=event.recorded_at, outside_receipt=event.receipt_reference)
        case OrganisationReplaced():
            return replace(state, heirs={**state.heirs, event.organisation_id: event.heir_id})
        case MembershipInDoubt():
            return replace(state, in_doubt=True)
        case TransferClassified():
            return replace(state, outcome=event.outcome)
        case BranchAssigned():
            return state
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
        case TransferLapsed():
            return _ended(state, "lapsed", event.ground)
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
            last = event.next_at is None
            at = event.next_at or turn.escalate_at
            return replace(turn, escalated_to=event.superior_id, escalate_at=at, at_last_resort=last)
        case _:
            return turn
