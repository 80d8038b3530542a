"""Deadlines of a transfer: which event sets or lifts which, and what it means when one has passed.

Names are fixed, so arming one replaces the deadline of the previous turn or letter; a stale timer that fires anyway
carries the old due time and is recognised by it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from services.mobility.domain.transfer.commands import (
    ClassifyTransfer,
    DoubtMembership,
    EscalateCase,
    ExpireTransfer,
    MarkOverdue,
    TransferCommand,
)
from services.mobility.domain.transfer.events import (
    ENDINGS,
    CaseEscalated,
    CaseOverdue,
    CommitteeAccepted,
    HolderChanged,
    LetterIssued,
    LetterReissued,
    LetterVoided,
    MembershipInDoubt,
    TransferAccepted,
    TransferClassified,
    TransferExpired,
    TransferHeld,
    TransferRejected,
    TransferRequested,
)
from services.mobility.domain.transfer.letter import in_doubt_at
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

OVERDUE: Final = "turn-overdue"
ESCALATION: Final = "turn-escalation"
LETTER: Final = "letter-expiry"
IN_DOUBT: Final = "membership-in-doubt"
CLASSIFY: Final = "outcome"
"""The one that outlives the transfer: what became of it is told once, whether it has ended by then or not."""


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    if isinstance(event, ENDINGS):
        return [CancelTimer(name) for name in (OVERDUE, ESCALATION, LETTER, IN_DOUBT)]
    match event:
        case HolderChanged():
            return [ArmTimer(OVERDUE, event.due_at), ArmTimer(ESCALATION, event.escalate_at)]
        case CaseOverdue():
            return [CancelTimer(OVERDUE)]
        case CaseEscalated():
            return [CancelTimer(ESCALATION) if event.next_at is None else ArmTimer(ESCALATION, event.next_at)]
        case TransferRequested():
            return [ArmTimer(CLASSIFY, event.requested_at + timedelta(days=event.policy.classify_after_days))]
        case TransferClassified():
            return [CancelTimer(CLASSIFY)]
        case LetterIssued():
            return [ArmTimer(LETTER, event.valid_until), ArmTimer(IN_DOUBT, in_doubt_at(event.issued_at))]
        case LetterReissued():
            return [ArmTimer(LETTER, event.valid_until)]
        case LetterVoided() | TransferHeld() | TransferRejected() | TransferExpired():
            return [CancelTimer(LETTER)]
        case CommitteeAccepted() | TransferAccepted():
            return [CancelTimer(LETTER), CancelTimer(IN_DOUBT)]
        case MembershipInDoubt():
            return [CancelTimer(IN_DOUBT)]
        case _:
            return []


def on_timer(timer: DueTimer) -> TransferCommand:
    if timer.name == OVERDUE:
        return MarkOverdue(due_at=timer.due_at)
    if timer.name == ESCALATION:
        return EscalateCase(due_at=timer.due_at)
    if timer.name == LETTER:
        return ExpireTransfer(due_at=timer.due_at, now=timer.now)
    if timer.name == IN_DOUBT:
        return DoubtMembership(due_at=timer.due_at, now=timer.now)
    if timer.name == CLASSIFY:
        return ClassifyTransfer(due_at=timer.due_at, now=timer.now)
    raise ValueError(f"a transfer has no timer called {timer.name}")
