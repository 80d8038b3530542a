"""The deadlines of a message: which event sets or lifts which, and what a deadline asks for once it has passed.

Every event that ends a phase lifts *all* deadlines and sets those of the next phase, so none outlives its phase.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.notify.domain.message.commands import (
    CheckReceipt,
    CloseAttempt,
    ExpireMessage,
    MessageCommand,
    RetryMessage,
)
from services.notify.domain.message.events import (
    AttemptRejected,
    AttemptStarted,
    MessageDelivered,
    MessageSubmitted,
    MessageUndelivered,
    MessageUnknown,
    ReceiptCheckRequested,
    RetryReleased,
)
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

ATTEMPT_RESULT: Final = "attempt-result"
RETRY: Final = "retry"
RECEIPT_CHECK: Final = "receipt-check"
RECEIPT_TIMEOUT: Final = "receipt-timeout"

_COMMANDS: Final[dict[str, type[CloseAttempt | RetryMessage | CheckReceipt | ExpireMessage]]] = {
    ATTEMPT_RESULT: CloseAttempt,
    RETRY: RetryMessage,
    RECEIPT_CHECK: CheckReceipt,
    RECEIPT_TIMEOUT: ExpireMessage,
}


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case AttemptStarted():
            return _only({ATTEMPT_RESULT: event.result_due_at})
        case MessageSubmitted() | MessageUnknown():
            return _only({RECEIPT_CHECK: event.check_at, RECEIPT_TIMEOUT: event.expires_at})
        case AttemptRejected():
            return _only({RETRY: event.retry_at})
        case RetryReleased() | MessageDelivered() | MessageUndelivered():
            return _only({})
        case ReceiptCheckRequested():
            return [_set(RECEIPT_CHECK, event.next_check_at)]
        case _:
            return ()


def on_timer(due: DueTimer) -> MessageCommand:
    """The command of a deadline. KeyError for a name that no event of ours ever set."""
    return _COMMANDS[due.name](due_at=due.due_at, now=due.now)


def _only(deadlines: dict[str, datetime | None]) -> Sequence[TimerChange]:
    return [_set(name, deadlines.get(name)) for name in _COMMANDS]


def _set(name: str, due_at: datetime | None) -> TimerChange:
    return CancelTimer(name) if due_at is None else ArmTimer(name, due_at)
