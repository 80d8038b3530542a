"""Receipts (回执): they come late, twice, before the answer to the call itself, or never.

A proof of arrival wins over every failure, and nothing wins over it. Domain §2.4 asks that a late duplicate must not
overwrite a success; the reverse has to be allowed, because a failure may be a guess: EXPIRED is our own conclusion, and
some gateways make one up themselves after 72 hours (domain §3.3).
"""

from collections.abc import Sequence

from services.notify.domain.message.codes import EXPIRED
from services.notify.domain.message.commands import CheckReceipt, ExpireMessage, RecordDelivered, RecordUndelivered
from services.notify.domain.message.events import MessageDelivered, MessageUndelivered, ReceiptCheckRequested
from services.notify.domain.message.state import MessageState
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


def delivered(command: RecordDelivered, state: MessageState) -> Sequence[DomainEvent]:
    _require_attempted(state)
    return [] if state.status in ("delivered", "forgotten") else [MessageDelivered(**state.cites, **dict(command))]


def undelivered(command: RecordUndelivered, state: MessageState) -> Sequence[DomainEvent]:
    """Says nothing new between two attempts: the last one failed, and the next is coming."""
    _require_attempted(state)
    if state.status not in ("attempting", "unconfirmed", "submitted"):
        return []
    return [MessageUndelivered(**state.cites, **dict(command))]


def check(command: CheckReceipt, state: MessageState) -> Sequence[DomainEvent]:
    """Asks again and again, at growing distances, for as long as the message can still arrive."""
    if state.check_at is None or state.expires_at is None or command.due_at < state.check_at:
        return []
    check_no = state.checks + 1
    return [
        ReceiptCheckRequested(
            **state.cites,
            check_no=check_no,
            requested_at=command.now,
            next_check_at=state.policy.next_check(check_no, command.now, state.expires_at),
        )
    ]


def expire(command: ExpireMessage, state: MessageState) -> Sequence[DomainEvent]:
    if state.expires_at is None or command.due_at < state.expires_at:
        return []
    return [MessageUndelivered(**state.cites, code=EXPIRED, failed_at=command.now)]


def _require_attempted(state: MessageState) -> None:
    if state.attempts == 0:
        raise Refused(
            "never-attempted",
            "a receipt came for a message that was never sent",
            remedy="find out which message the receipt belongs to",
        )
