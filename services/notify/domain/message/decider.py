"""A message (通知) to one party on one channel, one stream `message-<id>` each.

    none → ready → attempting → submitted → delivered | undelivered → forgotten
             ↑          ↓  ↘        ↑
             └─ waiting ←── unconfirmed

The provider is called between two events: `AttemptStarted` before, the result after. A crash in between leaves the
message `attempting`, and it becomes `unconfirmed` by the recovery or by its deadline, never `ready`.
"""

from collections.abc import Sequence

from services.notify.domain.message import attempts, receipts
from services.notify.domain.message.commands import (
    CheckReceipt,
    CloseAttempt,
    ExpireMessage,
    ForgetMessage,
    MessageCommand,
    QueueMessage,
    RecordDelivered,
    RecordNotSent,
    RecordRejected,
    RecordSubmitted,
    RecordUndelivered,
    RecordUnknown,
    RetryMessage,
    StartAttempt,
)
from services.notify.domain.message.events import (
    AttemptRejected,
    AttemptStarted,
    MessageDelivered,
    MessageForgotten,
    MessageQueued,
    MessageSubmitted,
    MessageUndelivered,
    MessageUnknown,
    ReceiptCheckRequested,
    RetryReleased,
)
from services.notify.domain.message.evolve import evolve
from services.notify.domain.message.forgetting import forget
from services.notify.domain.message.state import MessageState
from services.notify.domain.message.timers import on_timer, timers
from shared.kernel.decider import Decider
from shared.kernel.event import DomainEvent


def decide(command: MessageCommand, state: MessageState) -> Sequence[DomainEvent]:
    """Errors (`Refused`): those of `attempts`, `receipts` and `forgetting`. A repeated result or receipt changes nothing."""
    match command:
        case QueueMessage():
            return _queue(command, state)
        case StartAttempt():
            return attempts.start(command, state)
        case RecordSubmitted():
            return attempts.submitted(command, state)
        case RecordRejected():
            return attempts.rejected(command, state)
        case RecordUnknown():
            return attempts.unknown(command, state)
        case RecordNotSent():
            return attempts.not_sent(command, state)
        case CloseAttempt():
            return attempts.closed(command, state)
        case RecordDelivered():
            return receipts.delivered(command, state)
        case RecordUndelivered():
            return receipts.undelivered(command, state)
        case CheckReceipt():
            return receipts.check(command, state)
        case ExpireMessage():
            return receipts.expire(command, state)
        case ForgetMessage():
            return forget(command, state)
        case RetryMessage():
            return _retry(command, state)


def _queue(command: QueueMessage, state: MessageState) -> Sequence[DomainEvent]:
    if state.status != "none":
        return []
    return [MessageQueued(message_id=command.message_id, **dict(command))]


def _retry(command: RetryMessage, state: MessageState) -> Sequence[DomainEvent]:
    if state.retry_at is None or command.due_at < state.retry_at:
        return []
    return [RetryReleased(**state.cites, released_at=command.now)]


MESSAGE: Decider[MessageCommand, MessageState] = Decider(
    stream_type="message",
    initial=MessageState(),
    decide=decide,
    evolve=evolve,
    timers=timers,
    on_timer=on_timer,
    events=(
        MessageQueued,
        AttemptStarted,
        MessageSubmitted,
        AttemptRejected,
        RetryReleased,
        MessageUnknown,
        ReceiptCheckRequested,
        MessageDelivered,
        MessageUndelivered,
        MessageForgotten,
    ),
)
