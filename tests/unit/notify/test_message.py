"""A message (通知): never submitted twice while an earlier attempt may have gone out; proof of arrival wins."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from services.notify.domain.message.commands import (
    MessageCommand,
    QueueMessage,
    RecordDelivered,
    RecordNotSent,
    RecordRejected,
    RecordSubmitted,
    RecordUndelivered,
    RecordUnknown,
    StartAttempt,
)
from services.notify.domain.message.decider import MESSAGE
from services.notify.domain.message.events import (
    AttemptRejected,
    AttemptStarted,
    MessageDelivered,
    MessageQueued,
    MessageSubmitted,
    MessageUndelivered,
    MessageUnknown,
    ReceiptCheckRequested,
    RetryReleased,
)
from services.notify.domain.message.identity import message_id_of
from services.notify.domain.message.policy import DeliveryPolicy
from services.notify.domain.message.timers import ATTEMPT_RESULT, RECEIPT_CHECK, RECEIPT_TIMEOUT, RETRY
from services.notify.domain.vocabulary import Recipient
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, DueTimer

T0 = datetime(2026, 5, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


QUEUE = QueueMessage(
    relocation_id="r1",
    party_id="p1",
    channel="sms",
    template="relocation-member",
    recipient=Recipient(kind="member", ref_id="m1"),
    references={"member": "m1", "origin": "a", "destination": "b"},
    policy=DeliveryPolicy(attempt_timeout=60, check_after=60),
    queued_at=T0,
)
START = StartAttempt(attempt_no=1, provider="gateway", started_at=at(1))
SUBMITTED = RecordSubmitted(attempt_no=1, provider_reference="ref-1", submitted_at=at(2))
REFUSED_FOR_NOW = RecordRejected(attempt_no=1, code="BUSY", permanent=False, rejected_at=at(2))
UNKNOWN = RecordUnknown(attempt_no=1, detail="read timeout", since=at(2))
DELIVERED = RecordDelivered(receipt_id="receipt-1", delivered_at=at(9))
FAILED = RecordUndelivered(code="MK:0001", failed_at=at(9))


class Told:
    """A message that was told these commands: its events, its state and the timers that are armed."""

    def __init__(self, *commands: MessageCommand) -> None:
        self.events: list[DomainEvent] = []
        self.state = MESSAGE.initial
        self.armed: dict[str, datetime] = {}
        for command in commands:
            self.tell(command)

    def tell(self, command: MessageCommand) -> list[DomainEvent]:
        new = list(MESSAGE.decide(command, self.state))
        for event in new:
            self.state = MESSAGE.evolve(self.state, event)
            for change in MESSAGE.timers(event):
                if isinstance(change, ArmTimer):
                    self.armed[change.name] = change.due_at
                else:
                    self.armed.pop(change.name, None)
        self.events += new
        return new

    def fire(self, name: str) -> list[DomainEvent]:
        due_at = self.armed.pop(name)
        assert MESSAGE.on_timer
        return self.tell(MESSAGE.on_timer(DueTimer("message-x", name, due_at, due_at)))


def names(events: list[DomainEvent]) -> list[str]:
    return [event.type for event in events]


def test_the_same_cause_party_template_and_channel_are_the_same_message() -> None:
    told = Told(QUEUE)
    assert isinstance(told.events[0], MessageQueued)
    assert told.events[0].message_id == message_id_of("r1", "p1", "relocation-member", "sms") == QUEUE.message_id
    assert message_id_of("r1", "p1", "relocation-member", "email") != QUEUE.message_id
    assert told.tell(QUEUE) == []


def test_a_message_is_submitted_and_then_delivered() -> None:
    told = Told(QUEUE, START, SUBMITTED, DELIVERED)
    assert names(told.events) == ["message-queued", "attempt-started", "message-submitted", "message-delivered"]
    assert told.state.status == "delivered"
    assert told.armed == {}


def test_every_event_cites_what_the_message_was_for() -> None:
    for event in Told(QUEUE, START, REFUSED_FOR_NOW).events:
        assert isinstance(event, MessageQueued | AttemptStarted | AttemptRejected)
        assert (event.message_id, event.relocation_id, event.party_id) == (QUEUE.message_id, "r1", "p1")


@pytest.mark.parametrize(
    ("history", "code"),
    [
        ([], "message-unknown"),
        ([QUEUE, START], "attempt-running"),
        ([QUEUE, START, UNKNOWN], "outcome-unknown"),
        ([QUEUE, START, SUBMITTED], "already-submitted"),
        ([QUEUE, START, REFUSED_FOR_NOW], "retry-not-due"),
        ([QUEUE, START, SUBMITTED, DELIVERED], "message-closed"),
        ([QUEUE, START, SUBMITTED, FAILED], "message-closed"),
    ],
)
def test_no_attempt_is_made_but_when_a_message_is_ready(history: list[MessageCommand], code: str) -> None:
    told = Told(*history)
    for attempt_no in (1, 2):
        with pytest.raises(Refused, match=rf"^{code}:"):
            told.tell(StartAttempt(attempt_no=attempt_no, provider="gateway", started_at=at(3)))


def test_attempts_are_numbered_in_order() -> None:
    with pytest.raises(Refused, match=r"^attempt-out-of-order:"):
        Told(QUEUE, StartAttempt(attempt_no=2, provider="gateway", started_at=at(1)))
    with pytest.raises(Refused, match=r"^attempt-unknown:"):
        Told(QUEUE, SUBMITTED)


def test_a_failure_for_now_is_tried_again_after_one_five_and_ten_minutes_and_then_given_up() -> None:
    told = Told(QUEUE)
    pauses = []
    for attempt_no in (1, 2, 3, 4):
        told.tell(StartAttempt(attempt_no=attempt_no, provider="gateway", started_at=T0))
        told.tell(RecordRejected(attempt_no=attempt_no, code="BUSY", permanent=False, rejected_at=T0))
        if RETRY in told.armed:
            pauses.append((told.armed[RETRY] - T0).total_seconds())
            assert names(told.fire(RETRY)) == ["retry-released"]
    assert pauses == [60, 300, 600]
    assert isinstance(told.events[-1], MessageUndelivered)
    assert told.events[-1].code == "BUSY"
    assert told.armed == {}


def test_a_permanent_failure_is_not_tried_again() -> None:
    told = Told(QUEUE, START, RecordRejected(attempt_no=1, code="NO_SUCH_NUMBER", permanent=True, rejected_at=at(2)))
    assert names(told.events[-2:]) == ["attempt-rejected", "message-undelivered"]
    assert told.state.status == "undelivered"


def test_the_policy_is_frozen_in_the_message() -> None:
    once = QUEUE.model_copy(update={"policy": DeliveryPolicy(retry_after=())})
    assert Told(once, START, REFUSED_FOR_NOW).state.status == "undelivered"


def test_an_attempt_without_a_result_becomes_unknown_by_itself() -> None:
    told = Told(QUEUE, START)
    assert told.armed == {ATTEMPT_RESULT: at(61)}
    assert names(told.fire(ATTEMPT_RESULT)) == ["message-unknown"]
    assert told.state.status == "unconfirmed"


def test_the_recovery_and_the_deadline_may_both_report_the_crash() -> None:
    told = Told(QUEUE, START, UNKNOWN)
    assert told.tell(UNKNOWN) == []
    assert ATTEMPT_RESULT not in told.armed


def test_an_unknown_outcome_is_checked_at_growing_distances_until_it_expires() -> None:
    told = Told(QUEUE, START, UNKNOWN)
    checks = []
    while RECEIPT_CHECK in told.armed:
        checks.append(told.armed[RECEIPT_CHECK])
        [event] = told.fire(RECEIPT_CHECK)
        assert isinstance(event, ReceiptCheckRequested)
    distances = [(b - a).total_seconds() for a, b in pairwise(checks)]
    assert distances[:3] == [120, 240, 480]
    assert max(distances) == 6 * 3600
    assert told.armed == {RECEIPT_TIMEOUT: at(2) + timedelta(hours=72)}
    assert names(told.fire(RECEIPT_TIMEOUT)) == ["message-undelivered"]
    assert isinstance(told.events[-1], MessageUndelivered)
    assert told.events[-1].code == "EXPIRED"
    assert told.armed == {}


def test_a_check_that_proves_that_nothing_was_sent_allows_another_attempt() -> None:
    told = Told(QUEUE, START, UNKNOWN)
    [failure] = told.tell(RecordNotSent(attempt_no=1, found_at=at(100)))
    assert isinstance(failure, AttemptRejected)
    assert (failure.code, failure.retry_at) == ("NOT_SENT", at(160))
    assert isinstance(told.fire(RETRY)[0], RetryReleased)
    assert names(told.tell(StartAttempt(attempt_no=2, provider="other", started_at=at(161)))) == ["attempt-started"]


def test_a_check_while_the_call_is_running_proves_nothing() -> None:
    with pytest.raises(Refused, match=r"^attempt-running:"):
        Told(QUEUE, START, RecordNotSent(attempt_no=1, found_at=at(2)))


def test_a_check_or_a_late_answer_may_find_that_it_was_submitted() -> None:
    told = Told(QUEUE, START, UNKNOWN, SUBMITTED)
    assert told.state.status == "submitted"
    assert isinstance(told.events[-1], MessageSubmitted)


def test_a_late_answer_of_success_stops_the_next_attempt() -> None:
    told = Told(QUEUE, START, REFUSED_FOR_NOW, SUBMITTED)
    assert told.state.status == "submitted"
    assert RETRY not in told.armed


def test_a_provider_that_took_a_message_over_cannot_refuse_it_any_more() -> None:
    told = Told(QUEUE, START, SUBMITTED)
    assert told.tell(REFUSED_FOR_NOW) == []
    assert told.tell(UNKNOWN) == []
    assert told.tell(SUBMITTED) == []


def test_results_of_an_earlier_attempt_say_nothing_about_the_present_one() -> None:
    told = Told(QUEUE, START, REFUSED_FOR_NOW)
    told.fire(RETRY)
    told.tell(StartAttempt(attempt_no=2, provider="gateway", started_at=at(70)))
    for late in (SUBMITTED, REFUSED_FOR_NOW, UNKNOWN, RecordNotSent(attempt_no=1, found_at=at(71))):
        assert told.tell(late) == []


@pytest.mark.parametrize("history", [[QUEUE, START], [QUEUE, START, UNKNOWN], [QUEUE, START, REFUSED_FOR_NOW]])
def test_a_receipt_may_come_before_the_answer_and_ends_everything(history: list[MessageCommand]) -> None:
    told = Told(*history)
    assert isinstance(told.tell(DELIVERED)[0], MessageDelivered)
    for late in (DELIVERED, FAILED, SUBMITTED, REFUSED_FOR_NOW, UNKNOWN):
        assert told.tell(late) == []
    assert told.armed == {}


def test_a_receipt_of_failure_ends_the_message() -> None:
    told = Told(QUEUE, START, SUBMITTED, FAILED)
    assert isinstance(told.events[-1], MessageUndelivered)
    assert told.events[-1].code == "MK:0001"
    assert told.tell(FAILED) == []
    assert told.armed == {}


def test_a_receipt_of_failure_between_two_attempts_does_not_stop_the_next() -> None:
    told = Told(QUEUE, START, REFUSED_FOR_NOW)
    assert told.tell(FAILED) == []
    assert RETRY in told.armed


@pytest.mark.parametrize("history", [[QUEUE, START, SUBMITTED, FAILED], [QUEUE, START, UNKNOWN]])
def test_a_proof_of_arrival_wins_over_a_failure_that_was_concluded_before(history: list[MessageCommand]) -> None:
    told = Told(*history)
    if RECEIPT_TIMEOUT in told.armed:
        told.fire(RECEIPT_TIMEOUT)
    assert names(told.events)[-1] == "message-undelivered"
    assert names(told.tell(DELIVERED)) == ["message-delivered"]
    assert told.tell(FAILED) == []
    assert told.state.status == "delivered"


@pytest.mark.parametrize("receipt", [DELIVERED, FAILED])
def test_a_receipt_for_a_message_that_was_never_sent_is_refused(receipt: MessageCommand) -> None:
    with pytest.raises(Refused, match=r"^never-attempted:"):
        Told(QUEUE, receipt)


def test_a_timer_of_an_earlier_phase_does_nothing() -> None:
    told = Told(QUEUE, START)
    told.tell(UNKNOWN)
    assert MESSAGE.on_timer
    for name, due_at in ((ATTEMPT_RESULT, at(61)), (RETRY, at(60)), (RECEIPT_CHECK, at(3)), (RECEIPT_TIMEOUT, at(5))):
        assert told.tell(MESSAGE.on_timer(DueTimer("message-x", name, due_at, at(10**6)))) == []


def test_no_event_of_a_message_holds_words_about_a_person() -> None:
    fields = {name for event in MESSAGE.events for name in event.model_fields}
    assert not fields & {"name", "phone", "email", "address", "text", "subject", "body", "variables"}


def test_an_unknown_message_says_since_when() -> None:
    unknown = Told(QUEUE, START, UNKNOWN).events[-1]
    assert isinstance(unknown, MessageUnknown)
    assert (unknown.since, unknown.detail) == (at(2), "read timeout")
