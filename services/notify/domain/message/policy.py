"""How patient we are with one message; frozen in it when it is queued, so a changed setting never moves its deadlines.

All durations in seconds.
"""

from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

_HOUR = 3600


class DeliveryPolicy(BaseModel):
    """Defaults: domain §3.3 (a gateway pushes again after 1, 5, 10 minutes; a receipt takes at most 72 hours).

    `retry_after`: the pause after the 1st, 2nd… failed attempt; one more failure than there are pauses is the last.
    `attempt_timeout`: after which an attempt without a result counts as unknown. It has to exceed the time-out of the
    call to the provider, and so has `check_after`: whoever asks too early is told "not sent" of what is on its way.
    `check_after`: when to ask for a missing receipt first; doubled every time, up to `longest_check_interval`.
    `receipt_timeout`: after which a message without a receipt counts as undelivered.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    retry_after: tuple[Annotated[int, Field(ge=1)], ...] = (60, 300, 600)
    attempt_timeout: int = Field(default=120, ge=1)
    check_after: int = Field(default=120, ge=1)
    longest_check_interval: int = Field(default=6 * _HOUR, ge=1)
    receipt_timeout: int = Field(default=72 * _HOUR, ge=1)

    def retry_at(self, attempt_no: int, failed_at: datetime) -> datetime | None:
        """When the attempt after this one may be made; None when this was the last."""
        if attempt_no > len(self.retry_after):
            return None
        return failed_at + timedelta(seconds=self.retry_after[attempt_no - 1])

    def next_check(self, checks_made: int, now: datetime, expires_at: datetime) -> datetime | None:
        """When to ask for the receipt next; None when the message expires first."""
        doubled = self.check_after * 2 ** min(checks_made, 30)
        due_at = now + timedelta(seconds=min(doubled, self.longest_check_interval))
        return due_at if due_at < expires_at else None

    def result_due_at(self, started_at: datetime) -> datetime:
        return started_at + timedelta(seconds=self.attempt_timeout)

    def expires_at(self, since: datetime) -> datetime:
        return since + timedelta(seconds=self.receipt_timeout)


DEFAULT_POLICY: Final = DeliveryPolicy()
