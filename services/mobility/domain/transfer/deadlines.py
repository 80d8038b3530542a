"""Deadlines of a transfer: which event sets or lifts which, and what it means when one has passed.

Names are fixed, so arming one replaces the deadline of the previous turn or letter; a stale timer that fires anyway
carries the old due time and is recognised by it.
"""

from collections.abc import Sequence
from typing import Final

from services.mobility.domain.transfer.commands import EscalateCase, ExpireTransfer, MarkOverdue, TransferCommand
from services.mobility.domain.transfer.events import (
    ENDINGS,
    CaseEscalated,
    CaseOverdue,
    HolderChanged,
    LetterIssued,
    LetterReissued,
    LetterVoided,
    TransferAccepted,
    TransferExpired,
    TransferRejected,
)
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

OVERDUE: Final = "turn-overdue"
ESCALATION: Final = "turn-escalation"
LETTER: Final = "letter-expiry"


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    if isinstance(event, ENDINGS):
        return [CancelTimer(OVERDUE), CancelTimer(ESCALATION), CancelTimer(LETTER)]
    match event:
        case HolderChanged():
            return [ArmTimer(OVERDUE, event.due_at), ArmTimer(ESCALATION, event.escalate_at)]
        case CaseOverdue():
            return [CancelTimer(OVERDUE)]
        case CaseEscalated():
            return [CancelTimer(ESCALATION)]
        case LetterIssued() | LetterReissued():
            return [ArmTimer(LETTER, event.valid_until)]
        case LetterVoided() | TransferAccepted() | TransferRejected() | TransferExpired():
            return [CancelTimer(LETTER)]
        case _:
            return []


def on_timer(timer: DueTimer) -> TransferCommand:
    if timer.name == OVERDUE:
        return MarkOverdue(due_at=timer.due_at)
    if timer.name == ESCALATION:
        return EscalateCase(due_at=timer.due_at)
    if timer.name == LETTER:
        return ExpireTransfer(due_at=timer.due_at, now=timer.now)
    raise ValueError(f"a transfer has no timer called {timer.name}")
