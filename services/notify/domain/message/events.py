"""What happened to a message (通知). Submission is not delivery (domain §3.3).

Every deadline stands in the event that sets it, so the timers follow from the event alone.
"""

from datetime import datetime

from services.notify.domain.message.policy import DeliveryPolicy
from services.notify.domain.vocabulary import Channel, Recipient
from shared.kernel.event import DomainEvent


class MessageEvent(DomainEvent):
    """Cites what the message was for."""

    message_id: str
    relocation_id: str
    party_id: str
    channel: Channel


class MessageQueued(MessageEvent):
    """It is to be sent."""

    type = "message-queued"

    template: str
    recipient: Recipient
    references: dict[str, str]
    policy: DeliveryPolicy
    queued_at: datetime
    retry: int = 0


class AttemptStarted(MessageEvent):
    """The provider may have been called from here on. Private. `result_due_at`: when silence means unknown."""

    type = "attempt-started"

    attempt_no: int
    provider: str
    started_at: datetime
    result_due_at: datetime


class MessageSubmitted(MessageEvent):
    """The provider took it over. `check_at`: when to ask for the receipt; `expires_at`: when to stop waiting."""

    type = "message-submitted"

    attempt_no: int
    provider_reference: str
    submitted_at: datetime
    check_at: datetime | None
    expires_at: datetime


class AttemptRejected(MessageEvent):
    """The attempt certainly did not go out. Private. `retry_at` is None when no other follows."""

    type = "attempt-rejected"

    attempt_no: int
    code: str
    permanent: bool
    rejected_at: datetime
    retry_at: datetime | None


class RetryReleased(MessageEvent):
    """The pause is over: the next attempt may be made. Private."""

    type = "retry-released"

    released_at: datetime


class MessageUnknown(MessageEvent):
    """It may or may not have gone out, and must not be sent again blindly."""

    type = "message-unknown"

    attempt_no: int
    detail: str
    since: datetime
    check_at: datetime | None
    expires_at: datetime


class ReceiptCheckRequested(MessageEvent):
    """Somebody has to ask the provider now. Private. `next_check_at` is None when the message expires first."""

    type = "receipt-check-requested"

    check_no: int
    requested_at: datetime
    next_check_at: datetime | None


class MessageDelivered(MessageEvent):
    """A receipt proves that it arrived. Nothing follows it."""

    type = "message-delivered"

    receipt_id: str
    delivered_at: datetime


class MessageUndelivered(MessageEvent):
    """It will not arrive on this channel, as far as anybody knows: only a proof of delivery can follow."""

    type = "message-undelivered"

    code: str
    failed_at: datetime


class MessageForgotten(MessageEvent):
    """Its row is gone for good: a rebuild does not bring it back. Private."""

    type = "message-forgotten"

    retention_class: str
    forgotten_at: datetime
