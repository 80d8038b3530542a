"""How the facts of a message become its row, and the sender's list of things to do."""

from datetime import datetime
from typing import Any, Final

from services.notify.domain.message import events as message
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, Remove, RowChange

ATTEMPT: Final = "attempt"
CHECK: Final = "check"


def _row(event: message.MessageEvent, fact: Fact, **values: Any) -> Put:
    row = {"message_id": event.message_id, "changed_at": fact.recorded_at, "version": fact.version}
    return Put("messages", (event.message_id,), row | values)


def _to_do(event: message.MessageEvent, step: str, since: datetime) -> Put:
    row = {"message_id": event.message_id, "step": step, "channel": event.channel, "due_since": since}
    return Put("sends", (event.message_id, step), row)


def _done(event: message.MessageEvent, step: str) -> Remove:
    return Remove("sends", (event.message_id, step))


def _queued(event: message.MessageQueued, fact: Fact) -> list[RowChange]:
    row = _row(
        event,
        fact,
        relocation_id=event.relocation_id,
        party_id=event.party_id,
        channel=event.channel,
        template=event.template,
        recipient_kind=event.recipient.kind,
        recipient_ref=event.recipient.ref_id,
        about=event.references,
        status="queued",
        attempts=0,
        next_step="attempt",
        next_at=event.queued_at,
        queued_at=event.queued_at,
    )
    return [row, _to_do(event, ATTEMPT, event.queued_at)]


def _started(event: message.AttemptStarted, fact: Fact) -> list[RowChange]:
    row = _row(
        event, fact, status="attempting", attempts=event.attempt_no, next_step="result", next_at=event.result_due_at
    )
    return [row, _done(event, ATTEMPT)]


def _submitted(event: message.MessageSubmitted, fact: Fact) -> list[RowChange]:
    reference = event.provider_reference
    return [_waiting(event, fact, "submitted", event.check_at, event.expires_at, provider_reference=reference)]


def _unknown(event: message.MessageUnknown, fact: Fact) -> list[RowChange]:
    return [_waiting(event, fact, "unknown", event.check_at, event.expires_at)]


def _waiting(
    event: message.MessageEvent, fact: Fact, status: str, check: datetime | None, expires: datetime, **values: Any
) -> Put:
    step = ("expiry", expires) if check is None else ("check", check)
    return _row(event, fact, status=status, next_step=step[0], next_at=step[1], **values)


def _rejected(event: message.AttemptRejected, fact: Fact) -> list[RowChange]:
    row = _row(event, fact, status="retry", code=event.code, next_step="retry", next_at=event.retry_at)
    return [row, _done(event, CHECK)]


def _released(event: message.RetryReleased, fact: Fact) -> list[RowChange]:
    row = _row(event, fact, next_step="attempt", next_at=event.released_at)
    return [row, _to_do(event, ATTEMPT, event.released_at)]


def _check(event: message.ReceiptCheckRequested, fact: Fact) -> list[RowChange]:
    step = "expiry" if event.next_check_at is None else "check"
    row = _row(event, fact, next_step=step, next_at=event.next_check_at)
    return [row, _to_do(event, CHECK, event.requested_at)]


def _closed(status: str, code: str | None, event: message.MessageEvent, fact: Fact) -> list[RowChange]:
    row = _row(event, fact, status=status, code=code, next_step=None, next_at=None)
    return [row, _done(event, ATTEMPT), _done(event, CHECK)]


def _delivered(event: message.MessageDelivered, fact: Fact) -> list[RowChange]:
    return _closed("delivered", None, event, fact)


def _undelivered(event: message.MessageUndelivered, fact: Fact) -> list[RowChange]:
    return _closed("undelivered", event.code, event, fact)


def _forgotten(event: message.MessageForgotten, _: Fact) -> list[RowChange]:
    return [Remove("messages", (event.message_id,))]


MESSAGES_AND_SENDS = Projection(
    "messages",
    1,
    ("messages", "sends"),
    {
        message.MessageQueued: _queued,
        message.AttemptStarted: _started,
        message.MessageSubmitted: _submitted,
        message.AttemptRejected: _rejected,
        message.RetryReleased: _released,
        message.MessageUnknown: _unknown,
        message.ReceiptCheckRequested: _check,
        message.MessageDelivered: _delivered,
        message.MessageUndelivered: _undelivered,
        message.MessageForgotten: _forgotten,
    },
    {},
)
