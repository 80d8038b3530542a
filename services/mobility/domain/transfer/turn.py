"""轮到谁: a transfer is in somebody's hands at every moment, with a due time and a superior as last resort.

Rejected, expired and overdue cases are where every system studied loses people (domain §5.4.2), so each decision that
leaves work to do ends with the holder of that work.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.mobility.domain.terms import Task
from services.mobility.domain.transfer.commands import EscalateCase, MarkOverdue
from services.mobility.domain.transfer.events import CaseEscalated, CaseOverdue, HolderChanged, TransferRequested
from services.mobility.domain.transfer.state import Transfer, Turn
from shared.kernel.event import DomainEvent


def hand_to(
    holder_id: str, task: Task, request: TransferRequested, since: datetime, due_at: datetime | None = None
) -> HolderChanged:
    """The turn goes to `holder_id`; due as the frozen policy says, unless a rule sets another `due_at`."""
    policy = request.policy
    due = due_at or since + timedelta(days=policy.overdue_after_days)
    return HolderChanged(
        case_id=request.transfer_id,
        member_id=request.member_id,
        holder_id=holder_id,
        task=task,
        due_at=due,
        escalate_at=due + timedelta(days=policy.escalate_after_days - policy.overdue_after_days),
    )


def superior_of(request: TransferRequested, holder_id: str) -> str:
    """Who hears of a silent holder: its superior, else the top of the path, else itself (a root has nobody above)."""
    return request.superiors.get(holder_id) or next(reversed(request.approval_path), holder_id)


def last_resort(request: TransferRequested, organisation_id: str) -> str:
    """The named last resort (兜底): the top of everything above an organisation, as it was frozen."""
    seen = {organisation_id}
    while (above := request.superiors.get(organisation_id)) is not None and above not in seen:
        seen.add(above)
        organisation_id = above
    return organisation_id


def mark_overdue(command: MarkOverdue, state: Transfer) -> Sequence[DomainEvent]:
    """Nothing when the turn has passed on since: the timer was set for another due time."""
    turn = state.turn
    if turn is None or turn.overdue or turn.due_at != command.due_at:
        return []
    return [_overdue(state.asked, turn)]


def escalate(command: EscalateCase, state: Transfer) -> Sequence[DomainEvent]:
    """To the superior, and as long as silence lasts to the one above it, up to the last resort.

    As `mark_overdue`; a holder is overdue before it is escalated even when both fell due while we were down.
    """
    turn = state.turn
    if turn is None or turn.at_last_resort or turn.escalate_at != command.due_at:
        return []
    request = state.asked
    superior = superior_of(request, turn.escalated_to or turn.holder_id)
    above = request.superiors.get(superior)
    known = {turn.holder_id, superior, turn.escalated_to}
    apart = timedelta(days=request.policy.escalate_after_days - request.policy.overdue_after_days)
    escalated = CaseEscalated(
        case_id=request.transfer_id,
        member_id=request.member_id,
        holder_id=turn.holder_id,
        superior_id=superior,
        task=turn.task,
        next_at=turn.escalate_at + apart if above is not None and above not in known else None,
        due_at=turn.due_at,
    )
    return [escalated] if turn.overdue else [_overdue(request, turn), escalated]


def _overdue(request: TransferRequested, turn: Turn) -> CaseOverdue:
    return CaseOverdue(
        case_id=request.transfer_id,
        member_id=request.member_id,
        holder_id=turn.holder_id,
        task=turn.task,
        due_at=turn.due_at,
    )
