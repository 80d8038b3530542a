"""Public events of notify: what became of each message. Submission is not delivery (domain §3.3)."""

from datetime import datetime

from shared.contracts.audit import Anchored
from shared.contracts.base import PublicEvent
from shared.contracts.parties import Channel


class NotifyEvent(PublicEvent, service="notify"):
    """A fact that notify owns. `relocation_id` and `party_id` cite what the message was for."""

    message_id: str
    relocation_id: str
    party_id: str
    channel: Channel


class MessageQueued(NotifyEvent, aggregate="message", key="relocation_id", subject="message_id"):
    """A message to one party on one channel is to be sent."""

    template: str
    queued_at: datetime


class MessageSubmitted(NotifyEvent, aggregate="message", key="relocation_id", subject="message_id"):
    """The provider took it over."""

    provider_reference: str
    submitted_at: datetime


class MessageDelivered(NotifyEvent, aggregate="message", key="relocation_id", subject="message_id"):
    """A receipt proves that it arrived."""

    receipt_id: str
    delivered_at: datetime


class MessageUndelivered(NotifyEvent, aggregate="message", key="relocation_id", subject="message_id"):
    """It will not arrive on this channel."""

    code: str
    failed_at: datetime


class MessageUnknown(NotifyEvent, aggregate="message", key="relocation_id", subject="message_id"):
    """The provider did not answer: it may or may not have been sent, and must not be sent again blindly."""

    detail: str
    since: datetime


class AuditAnchored(Anchored, service="notify", aggregate="audit", key="chain"):
    """The audit trail of notify reaches to that record; whoever keeps this event can tell when the trail is shortened."""
