"""Attempts, crashes, late answers, checks, receipts and timers in any order: a message goes out at most once."""

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

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
)
from services.notify.domain.message.policy import DeliveryPolicy
from services.notify.domain.message.timers import ATTEMPT_RESULT, RECEIPT_CHECK, RECEIPT_TIMEOUT, RETRY
from services.notify.domain.vocabulary import Recipient
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, DueTimer

Outcome = Literal["taken", "busy", "impossible"]
T0 = datetime(2026, 1, 1, tzinfo=UTC)


class MessageMachine(RuleBasedStateMachine):
    """One message, and a provider that knows the truth: what it took over, it sends."""

    def __init__(self) -> None:
        super().__init__()
        self.now = T0
        self.state = MESSAGE.initial
        self.events: list[DomainEvent] = []
        self.armed: dict[str, datetime] = {}
        self.ever_armed: list[tuple[str, datetime]] = []
        self.answers: list[MessageCommand] = []
        self.taken: list[int] = []
        self.queue()

    def tell(self, command: MessageCommand) -> list[DomainEvent]:
        was_delivered = self.state.status == "delivered"
        new = list(MESSAGE.decide(command, self.state))
        assert not (was_delivered and new), "something followed a delivery"
        for event in new:
            self.state = MESSAGE.evolve(self.state, event)
            for change in MESSAGE.timers(event):
                if isinstance(change, ArmTimer):
                    self.armed[change.name] = change.due_at
                    self.ever_armed.append((change.name, change.due_at))
                else:
                    self.armed.pop(change.name, None)
        self.events += new
        return new

    @rule()
    def queue(self) -> None:
        """As often as the event that asks for it is handled."""
        self.tell(
            QueueMessage(
                relocation_id="r1",
                party_id="p1",
                channel="sms",
                template="relocation-member",
                recipient=Recipient(kind="member", ref_id="m1"),
                policy=DeliveryPolicy(retry_after=(60, 300)),
                queued_at=self.now,
            )
        )

    @rule(outcome=st.sampled_from(["taken", "busy", "impossible"]), is_answered=st.booleans())
    def attempt(self, outcome: Outcome, is_answered: bool) -> None:
        """A sender tries its luck, whatever it believes; without an answer it crashed, or the answer is on its way."""
        attempt_no = self.state.attempts + 1
        start = StartAttempt(attempt_no=attempt_no, provider="gateway", started_at=self.now)
        if self.state.status != "ready":
            with pytest.raises(Refused):
                self.tell(start)
            return
        assert self.tell(start)
        answer: MessageCommand
        if outcome == "taken":
            self.taken.append(attempt_no)
            answer = RecordSubmitted(attempt_no=attempt_no, provider_reference="ref", submitted_at=self.now)
        else:
            is_permanent = outcome == "impossible"
            answer = RecordRejected(attempt_no=attempt_no, code="NO", permanent=is_permanent, rejected_at=self.now)
        self.answers.append(answer)
        if is_answered:
            self.tell(answer)

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def late_or_repeated_answer(self, data: st.DataObject) -> None:
        self.tell(data.draw(st.sampled_from(self.answers)))

    @precondition(lambda self: self.state.attempts)
    @rule()
    def recovery(self) -> None:
        """A sender starts again and finds an attempt that it knows nothing about."""
        self.tell(RecordUnknown(attempt_no=self.state.attempts, detail="crash", since=self.now))

    @precondition(lambda self: self.armed)
    @rule(is_answered=st.booleans())
    def next_deadline(self, is_answered: bool) -> None:
        """Time passes to the next deadline; if it asks for a check, the provider tells the truth or nothing."""
        name, due_at = min(self.armed.items(), key=lambda timer: timer[1])
        self.now = max(self.now, due_at) + timedelta(seconds=1)
        del self.armed[name]
        told = self.fire(name, due_at)
        if not (is_answered and any(isinstance(event, ReceiptCheckRequested) for event in told)):
            return
        attempt_no = self.state.attempts
        if attempt_no in self.taken:
            self.tell(RecordSubmitted(attempt_no=attempt_no, provider_reference="ref", submitted_at=self.now))
        else:
            self.tell(RecordNotSent(attempt_no=attempt_no, found_at=self.now))

    @precondition(lambda self: self.ever_armed)
    @rule(data=st.data())
    def timer_that_fired_before_it_was_cancelled(self, data: st.DataObject) -> None:
        name, due_at = data.draw(st.sampled_from(self.ever_armed))
        if self.armed.get(name) != due_at:
            self.now = max(self.now, due_at)
            deadline = self.deadlines().get(name)
            has_passed = deadline is not None and deadline <= due_at
            assert bool(self.fire(name, due_at)) == has_passed

    def fire(self, name: str, due_at: datetime) -> list[DomainEvent]:
        assert MESSAGE.on_timer
        return self.tell(MESSAGE.on_timer(DueTimer("message-x", name, due_at, self.now)))

    @precondition(lambda self: self.taken)
    @rule(has_arrived=st.booleans())
    def receipt(self, has_arrived: bool) -> None:
        """At any time after the provider took it: before its answer, twice, after we gave up, one of each."""
        if has_arrived:
            self.tell(RecordDelivered(receipt_id="receipt", delivered_at=self.now))
        else:
            self.tell(RecordUndelivered(code="FAILED", failed_at=self.now))

    def deadlines(self) -> dict[str, datetime]:
        state = self.state
        running = {
            ATTEMPT_RESULT: state.result_due_at,
            RETRY: state.retry_at,
            RECEIPT_CHECK: state.check_at,
            RECEIPT_TIMEOUT: state.expires_at,
        }
        return {name: due_at for name, due_at in running.items() if due_at is not None}

    @invariant()
    def the_provider_took_it_at_most_once(self) -> None:
        assert len(self.taken) <= 1

    @invariant()
    def an_attempt_follows_another_only_after_its_certain_failure(self) -> None:
        """And what is recorded of an attempt fits it: nothing of an earlier one, no failure of what was taken over."""
        last, may_fail, may_start = 0, False, True
        for event in self.events:
            match event:
                case AttemptStarted():
                    assert may_start
                    last, may_fail, may_start = event.attempt_no, True, False
                case AttemptRejected():
                    assert (event.attempt_no, may_fail) == (last, True)
                    may_fail, may_start = False, True
                case MessageSubmitted() | MessageUnknown():
                    assert event.attempt_no == last
                    assert may_fail or isinstance(event, MessageSubmitted)
                    may_fail, may_start = isinstance(event, MessageUnknown), False

    @invariant()
    def an_open_message_waits_for_a_sender_or_for_a_deadline_and_a_closed_one_for_nothing(self) -> None:
        assert self.armed == self.deadlines()
        assert bool(self.armed) == (not self.state.is_closed and self.state.status != "ready")

    @invariant()
    def it_is_queued_given_up_and_delivered_at_most_once(self) -> None:
        for kind in (MessageQueued, MessageUndelivered, MessageDelivered):
            assert sum(isinstance(event, kind) for event in self.events) <= 1

    @invariant()
    def replaying_what_was_stored_gives_the_same_state(self) -> None:
        stored = [type(event).model_validate_json(event.model_dump_json()) for event in self.events]
        assert MESSAGE.fold(stored) == self.state


TestMessage = MessageMachine.TestCase
TestMessage.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
