"""The state of a message after an event."""

from dataclasses import replace

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
from services.notify.domain.message.state import MessageState
from shared.kernel.event import DomainEvent


def evolve(state: MessageState, event: DomainEvent) -> MessageState:
    calm = replace(state, result_due_at=None, retry_at=None, check_at=None, expires_at=None)  # no deadline is running
    match event:
        case MessageQueued():
            return MessageState(
                "ready", event.message_id, event.relocation_id, event.party_id, event.channel, event.policy
            )
        case ReceiptCheckRequested():
            return replace(state, checks=event.check_no, check_at=event.next_check_at)
        case AttemptStarted():
            return replace(calm, status="attempting", attempts=event.attempt_no, result_due_at=event.result_due_at)
        case AttemptRejected():
            return replace(calm, status="waiting", retry_at=event.retry_at)
        case RetryReleased():
            return replace(calm, status="ready")
        case MessageSubmitted():
            return replace(calm, status="submitted", checks=0, check_at=event.check_at, expires_at=event.expires_at)
        case MessageUnknown():
            return replace(calm, status="unconfirmed", checks=0, check_at=event.check_at, expires_at=event.expires_at)
        case MessageDelivered():
            return replace(calm, status="delivered")
        case MessageUndelivered():
            return replace(calm, status="undelivered")
        case MessageForgotten():
            return replace(calm, status="forgotten")
        case _:
            return state
