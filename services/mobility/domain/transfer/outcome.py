"""办理结果: what became of a transfer, told once, a fixed time after the request (GP2GP, domain §2.4).

The clock runs from request to acceptance, since that is what the member waits for. What our own machinery owes (a roll
that has not followed an acceptance) is a technical failure and counts against nobody's diligence.
"""

from collections.abc import Sequence
from datetime import timedelta

from services.mobility.domain.terms import Outcome
from services.mobility.domain.transfer.commands import ClassifyTransfer
from services.mobility.domain.transfer.events import TransferClassified
from services.mobility.domain.transfer.state import Transfer
from shared.kernel.event import DomainEvent


def classify(command: ClassifyTransfer, state: Transfer) -> Sequence[DomainEvent]:
    """Once; a success or failure that comes after it overwrites nothing."""
    asked = state.asked
    if (
        state.outcome is not None
        or asked.requested_at + timedelta(days=asked.policy.classify_after_days) != command.due_at
    ):
        return []
    outcome, detail = outcome_of(state)
    return [
        TransferClassified(
            transfer_id=asked.transfer_id,
            member_id=asked.member_id,
            outcome=outcome,
            detail=detail,
            requested_at=asked.requested_at,
            classified_at=command.now,
        )
    ]


def outcome_of(state: Transfer) -> tuple[Outcome, str]:
    """The outcome of a transfer as it stands, and the code of what it was."""
    asked = state.asked
    if state.status == "lapsed":
        return "not_counted", "membership-ended"
    if state.accepted_at is not None:
        if state.moved_at is None and asked.outside is None:
            return "technical_failure", "roll-not-followed"
        if state.accepted_at - asked.requested_at <= timedelta(days=asked.policy.on_time_days):
            return "on_time", "accepted"
        return "process_failure", "accepted-late"
    match state.status:
        case "withdrawn":
            return "not_counted", "withdrawn"
        case "approving":
            return "process_failure", "not-approved"
        case "awaiting_acceptance":
            return "process_failure", "not-accepted"
        case "held":
            return "process_failure", "dossier-held"
        case "admitted":
            return "process_failure", "no-branch-assigned"
        case _:  # rejected, expired, and what the source made of that
            if state.rejection is not None:
                return "process_failure", f"rejected-{state.rejection.reason_code.replace('_', '-')}"
            return "process_failure", "letter-expired"
