"""What can be asked of a message (通知), and what its provider says about it."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from services.notify.domain.message.identity import message_id_of
from services.notify.domain.message.policy import DEFAULT_POLICY, DeliveryPolicy
from services.notify.domain.vocabulary import Channel, Code, Id, Recipient
from shared.kernel.event import Command

Attempt = Annotated[int, Field(ge=1)]
"""Attempts of one message are numbered 1, 2, 3…"""


class QueueMessage(Command):
    """Let a party know. `references` are ids by name (`member`, `origin`, `destination`, `unit`), codes (`post`, `task`,
    `campaign`, `step`), counts (`expected`, `missing`) and days (`accepted_on`), never words: what they mean is looked up
    when the message is rendered, so no event holds personal data. `retry` is 0 for the message itself, and counts the
    times that somebody asked for it again after it had failed.
    """

    relocation_id: Id
    party_id: Id
    channel: Channel
    template: Id
    recipient: Recipient
    references: dict[str, Id] = Field(default_factory=dict)
    policy: DeliveryPolicy = DEFAULT_POLICY
    queued_at: AwareDatetime
    retry: int = Field(default=0, ge=0)

    @property
    def message_id(self) -> str:
        return message_id_of(self.relocation_id, self.party_id, self.template, self.channel, self.retry)


class StartAttempt(Command):
    """Say that the provider is about to be called. Only whoever gets an event back may call it."""

    attempt_no: Attempt
    provider: Id
    started_at: AwareDatetime


class RecordSubmitted(Command):
    """The provider took the message over under that reference; nothing has arrived yet."""

    attempt_no: Attempt
    provider_reference: Annotated[str, Field(min_length=1, max_length=200)]
    submitted_at: AwareDatetime


class RecordRejected(Command):
    """The provider certainly did not take it. `permanent`: no later attempt would succeed (no such number)."""

    attempt_no: Attempt
    code: Code
    permanent: bool
    rejected_at: AwareDatetime


class RecordUnknown(Command):
    """Nobody knows whether the provider took it: no answer, or we crashed before we could record one."""

    attempt_no: Attempt
    detail: Annotated[str, Field(min_length=1, max_length=500)]
    since: AwareDatetime


class RecordNotSent(Command):
    """The provider, asked about an attempt of unknown outcome, proves that it never had it."""

    attempt_no: Attempt
    found_at: AwareDatetime


class RecordDelivered(Command):
    """A receipt (回执) proves that the message arrived."""

    receipt_id: Annotated[str, Field(min_length=1, max_length=200)]
    delivered_at: AwareDatetime


class RecordUndelivered(Command):
    """A receipt says that the message will not arrive."""

    code: Code
    failed_at: AwareDatetime


class Deadline(Command):
    """A timer fired: it was set for `due_at`, and by now it is `now`."""

    due_at: AwareDatetime
    now: AwareDatetime


class CloseAttempt(Deadline):
    """An attempt has had no result for too long."""


class RetryMessage(Deadline):
    """The pause after a failed attempt is over."""


class CheckReceipt(Deadline):
    """It is time to ask the provider what became of the message."""


class ExpireMessage(Deadline):
    """The time for a receipt is over."""


class ForgetMessage(Command):
    """The evidence has served its time (保存期限), by that class of `shared/privacy/retention.py`."""

    retention_class: str
    forgotten_at: AwareDatetime


MessageCommand = (
    QueueMessage
    | StartAttempt
    | RecordSubmitted
    | RecordRejected
    | RecordUnknown
    | RecordNotSent
    | RecordDelivered
    | RecordUndelivered
    | CloseAttempt
    | RetryMessage
    | CheckReceipt
    | ExpireMessage
    | ForgetMessage
)
