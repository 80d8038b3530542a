"""What a decision about a message needs to know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.notify.domain.message.policy import DEFAULT_POLICY, DeliveryPolicy
from services.notify.domain.vocabulary import Channel

Status = Literal[
    "none",  # not queued yet
    "ready",  # may be attempted
    "attempting",  # the provider may be in a call right now
    "unconfirmed",  # it may have gone out
    "submitted",  # the provider has it
    "waiting",  # the last attempt failed for certain; the next comes later
    "delivered",
    "undelivered",
    "forgotten",  # closed, and its time is over
]


@dataclass(frozen=True, slots=True)
class MessageState:
    """A message as it stands. A deadline is None while it is not running."""

    status: Status = "none"
    message_id: str = ""
    relocation_id: str = ""
    party_id: str = ""
    channel: Channel = "sms"
    policy: DeliveryPolicy = DEFAULT_POLICY
    attempts: int = 0
    checks: int = 0
    result_due_at: datetime | None = None
    retry_at: datetime | None = None
    check_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def is_closed(self) -> bool:
        return self.status in ("delivered", "undelivered", "forgotten")

    @property
    def cites(self) -> dict[str, str]:
        """The fields that every event of this message begins with."""
        return {
            "message_id": self.message_id,
            "relocation_id": self.relocation_id,
            "party_id": self.party_id,
            "channel": self.channel,
        }
