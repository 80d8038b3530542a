"""The rule that the service exists for: never submit twice while an earlier attempt may have gone out.

So an attempt may only be made from `ready`, and a message gets there again only when the provider refused the attempt
or proved that it never had it.
"""

from collections.abc import Sequence
from typing import Final

from services.notify.domain.message.codes import NOT_SENT
from services.notify.domain.message.commands import (
    CloseAttempt,
    RecordNotSent,
    RecordRejected,
    RecordSubmitted,
    RecordUnknown,
    StartAttempt,
)
from services.notify.domain.message.events import (
    AttemptRejected,
    AttemptStarted,
    MessageSubmitted,
    MessageUndelivered,
    MessageUnknown,
)
from services.notify.domain.message.state import MessageState, Status
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent

_WHY_NOT: Final[dict[Status, tuple[str, str]]] = {
    "none": ("message-unknown", "it was never queued"),
    "attempting": ("attempt-running", "an attempt is under way and has no result yet"),
    "unconfirmed": ("outcome-unknown", "the last attempt may have gone out"),
    "submitted": ("already-submitted", "the provider has it"),
    "waiting": ("retry-not-due", "the pause after the last attempt is not over"),
    "delivered": ("message-closed", "it was delivered"),
    "undelivered": ("message-closed", "it was given up"),
}


def start(command: StartAttempt, state: MessageState) -> Sequence[DomainEvent]:
    """Refuses a repetition too: an empty answer would let a second sender believe that the call is its own."""
    if state.status != "ready":
        code, why = _WHY_NOT[state.status]
        raise Refused(code, f"no attempt may be made now: {why}", remedy="leave this message to its deadlines")
    if command.attempt_no != state.attempts + 1:
        raise Refused(
            "attempt-out-of-order",
            f"the next attempt is number {state.attempts + 1}, not {command.attempt_no}",
            remedy="read the message again",
            where="attempt_no",
        )
    return [
        AttemptStarted(**state.cites, **dict(command), result_due_at=state.policy.result_due_at(command.started_at))
    ]


def submitted(command: RecordSubmitted, state: MessageState) -> Sequence[DomainEvent]:
    """Believed whenever nothing better is known, even after a failure of the same attempt: it prevents another one."""
    if not _is_last_attempt(command.attempt_no, state) or state.status == "submitted":
        return []
    expires_at = state.policy.expires_at(command.submitted_at)
    check_at = state.policy.next_check(0, command.submitted_at, expires_at)
    return [MessageSubmitted(**state.cites, **dict(command), check_at=check_at, expires_at=expires_at)]


def rejected(command: RecordRejected, state: MessageState) -> Sequence[DomainEvent]:
    """Believed of an attempt without a result; a provider that took the message over cannot refuse it any more."""
    if not _is_last_attempt(command.attempt_no, state) or state.status not in ("attempting", "unconfirmed"):
        return []
    retry_at = None if command.permanent else state.policy.retry_at(command.attempt_no, command.rejected_at)
    failure = AttemptRejected(**state.cites, **dict(command), retry_at=retry_at)
    if retry_at is not None:
        return [failure]
    return [failure, MessageUndelivered(**state.cites, code=command.code, failed_at=command.rejected_at)]


def unknown(command: RecordUnknown, state: MessageState) -> Sequence[DomainEvent]:
    if not _is_last_attempt(command.attempt_no, state) or state.status != "attempting":
        return []
    expires_at = state.policy.expires_at(command.since)
    check_at = state.policy.next_check(0, command.since, expires_at)
    return [MessageUnknown(**state.cites, **dict(command), check_at=check_at, expires_at=expires_at)]


def not_sent(command: RecordNotSent, state: MessageState) -> Sequence[DomainEvent]:
    """Only believed of an attempt of unknown outcome: while the call is running, the provider cannot know yet."""
    if not _is_last_attempt(command.attempt_no, state):
        return []
    if state.status == "attempting":
        raise Refused(
            "attempt-running",
            f"attempt {command.attempt_no} is under way: that the provider has nothing yet proves nothing",
            remedy="record the attempt as unknown first, and ask again when the check is due",
        )
    proof = RecordRejected(attempt_no=command.attempt_no, code=NOT_SENT, permanent=False, rejected_at=command.found_at)
    return rejected(proof, state)


def closed(command: CloseAttempt, state: MessageState) -> Sequence[DomainEvent]:
    """Whoever made the attempt crashed or hangs: from here on its outcome is unknown."""
    if state.result_due_at is None or command.due_at < state.result_due_at:
        return []
    silence = RecordUnknown(attempt_no=state.attempts, detail="no result was recorded in time", since=command.now)
    return unknown(silence, state)


def _is_last_attempt(attempt_no: int, state: MessageState) -> bool:
    """Whether a result concerns the attempt that counts, in a message that is still open."""
    if attempt_no > state.attempts:
        raise Refused(
            "attempt-unknown",
            f"attempt {attempt_no} was never started, the last one is {state.attempts}",
            remedy="start an attempt before calling the provider",
            where="attempt_no",
        )
    return attempt_no == state.attempts and not state.is_closed
