"""传达: propagated when everybody has it, and never before."""

from datetime import timedelta
from itertools import permutations

import pytest

from services.mobility.domain.parties import Channel, InterestedParty
from services.mobility.processes.relocation.commands import (
    MarkLate,
    RecordAcknowledged,
    RecordApplied,
    RecordDelivered,
    RecordNotified,
    RecordUndelivered,
    RelocationCommand,
    RetryParty,
    StartPropagation,
)
from services.mobility.processes.relocation.deadlines import LATE
from services.mobility.processes.relocation.decider import RELOCATION
from services.mobility.processes.relocation.events import (
    AcknowledgedEarly,
    PartyAcknowledged,
    PartyNotified,
    PartyNotReached,
    PartyReached,
    PartyRetried,
    PropagationLate,
    PropagationStarted,
    RelocationApplied,
    RelocationPropagated,
)
from services.mobility.processes.relocation.ledger import missing
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0, at

MEMBER = InterestedParty(party_id="p-m", kind="member", ref_id="m1", role="member", channels=("email", "sms"))
SYSTEM = InterestedParty(
    party_id="p-s", kind="outside_system", ref_id="sys", role="outside_system", must_acknowledge=True
)
DUE = at(2)


def start(*parties: InterestedParty) -> StartPropagation:
    return StartPropagation(
        relocation_id="t1",
        member_id="m1",
        parties=parties or (MEMBER, SYSTEM),
        services=("registry", "assessment"),
        accepted_at=T0,
        late_after=timedelta(days=2),
    )


REGISTRY = RecordApplied(service="registry", applied_at=at(0.1))
ASSESSMENT = RecordApplied(service="assessment", applied_at=at(0.2))
QUEUED = RecordNotified(party_id="p-m", channel="email", notified_at=at(0.2))
EMAIL = RecordDelivered(party_id="p-m", channel="email", receipt_id="r1", delivered_at=at(0.3))
SMS = RecordDelivered(party_id="p-m", channel="sms", receipt_id="r2", delivered_at=at(0.4))


def undelivered(channel: Channel, code: str, days: float, attempt: int = 0) -> RecordUndelivered:
    """Each try is a message of its own."""
    message_id = f"{channel}-{attempt}"
    return RecordUndelivered(party_id="p-m", channel=channel, code=code, failed_at=at(days), message_id=message_id)


NO_EMAIL = undelivered("email", "mailbox-full", 0.3)
NO_SMS = undelivered("sms", "no-such-number", 0.4)
CONFIRMED = RecordAcknowledged(party_id="p-s", acknowledged_by="sys", acknowledged_at=at(0.5))
PROPAGATED = RelocationPropagated(relocation_id="t1", member_id="m1", parties=2, accepted_at=T0, propagated_at=at(0.5))
ALL_BUT_THE_LAST = (start(), REGISTRY, ASSESSMENT, EMAIL, SMS)


def still_missing(*history: RelocationCommand) -> tuple[str, ...]:
    state = given(RELOCATION, *history).state
    assert state.started is not None
    return missing(state, state.started)


def test_the_start_says_all_that_has_to_come_in() -> None:
    given(RELOCATION).when(start()).then(PropagationStarted)
    assert still_missing(start()) == (
        "applied:registry",
        "applied:assessment",
        "delivered:p-m:email",
        "delivered:p-m:sms",
        "acknowledged:p-s",
    )


def test_the_last_row_propagates_it() -> None:
    acknowledged = PartyAcknowledged(
        relocation_id="t1", member_id="m1", party_id="p-s", acknowledged_by="sys", acknowledged_at=at(0.5)
    )
    assert given(RELOCATION, *ALL_BUT_THE_LAST).when(CONFIRMED).then(acknowledged, PROPAGATED).propagated


@pytest.mark.parametrize("left_out", [REGISTRY, ASSESSMENT, EMAIL, SMS, CONFIRMED], ids=repr)
def test_nothing_is_propagated_while_one_row_is_missing(left_out: RelocationCommand) -> None:
    history = [fact for fact in (*ALL_BUT_THE_LAST, CONFIRMED) if fact != left_out]
    assert not given(RELOCATION, *history).state.propagated
    assert len(still_missing(*history)) == 1


def test_order_does_not_matter() -> None:
    facts: tuple[RelocationCommand, ...] = (start(), REGISTRY, ASSESSMENT, EMAIL, SMS, CONFIRMED)
    finals = []
    for order in permutations(facts):
        state, ends = RELOCATION.initial, []
        for fact in order:
            events = RELOCATION.decide(fact, state)
            state = RELOCATION.fold(events, state)
            ends += [event for event in events if isinstance(event, RelocationPropagated)]
        assert ends == [PROPAGATED]
        finals.append(state)
    assert all(state == finals[0] for state in finals)


class TestEarlyFacts:
    """The sources keep their own order only, so anything may come before the acceptance is heard of."""

    def test_they_are_remembered_and_counted(self) -> None:
        early = (REGISTRY, ASSESSMENT, EMAIL, SMS)
        given(RELOCATION, *early, CONFIRMED).when(start()).then(PropagationStarted, PartyAcknowledged, PROPAGATED)
        given(RELOCATION, *early).when(start()).then(PropagationStarted)

    def test_an_early_acknowledgement_is_published_when_it_is_known_whose_it_is(self) -> None:
        given(RELOCATION).when(CONFIRMED).then(AcknowledgedEarly)
        given(RELOCATION, CONFIRMED).when(start()).then(PropagationStarted, PartyAcknowledged)

    def test_what_turns_out_not_to_concern_it_is_dropped(self) -> None:
        stranger = RecordAcknowledged(party_id="p-x", acknowledged_by="x", acknowledged_at=at(0))
        state = given(RELOCATION, stranger, RecordApplied(service="other", applied_at=at(0)), start()).state
        assert state == given(RELOCATION, start()).state


class TestChannels:
    def test_one_channel_that_arrived_makes_up_for_the_one_that_failed(self) -> None:
        done = (start(), REGISTRY, ASSESSMENT, CONFIRMED)
        given(RELOCATION, *done, EMAIL).when(NO_SMS).then(PartyNotReached, RelocationPropagated)
        given(RELOCATION, *done, NO_SMS).when(EMAIL).then(PartyReached, RelocationPropagated)

    def test_a_pending_channel_is_waited_for(self) -> None:
        assert still_missing(start(), REGISTRY, ASSESSMENT, CONFIRMED, SMS, QUEUED) == ("delivered:p-m:email",)

    def test_when_all_failed_the_party_is_missing_with_the_reasons_and_never_passed_over(self) -> None:
        failed = (start(), REGISTRY, ASSESSMENT, CONFIRMED, NO_EMAIL, NO_SMS)
        assert still_missing(*failed) == ("undelivered:p-m:email:mailbox-full", "undelivered:p-m:sms:no-such-number")
        assert not given(RELOCATION, *failed).state.propagated
        given(RELOCATION, *failed).when(SMS).then(PartyReached, RelocationPropagated)

    def test_a_late_failure_does_not_overwrite_a_delivery(self) -> None:
        given(RELOCATION, start(), EMAIL).when(NO_EMAIL).then_nothing()
        given(RELOCATION, start(), EMAIL).when(QUEUED).then_nothing()

    def test_of_two_failures_the_later_one_counts_whichever_came_first(self) -> None:
        later = undelivered("sms", "blocked", 0.9)
        one, other = given(RELOCATION, start(), NO_SMS, later).state, given(RELOCATION, start(), later).state
        assert one == other
        given(RELOCATION, start(), later).when(NO_SMS).then_nothing()

    def test_of_two_receipts_the_earlier_one_counts_whichever_came_first(self) -> None:
        again = RecordDelivered(party_id="p-m", channel="sms", receipt_id="r3", delivered_at=at(0.9))
        given(RELOCATION, start(), SMS).when(again).then_nothing()
        assert given(RELOCATION, start(), again, SMS).state == given(RELOCATION, start(), SMS).state


def test_an_acknowledgement_that_nobody_waits_for_is_kept_but_does_not_delay_the_end() -> None:
    thanks = RecordAcknowledged(party_id="p-m", acknowledged_by="m1", acknowledged_at=at(9))
    given(RELOCATION, *ALL_BUT_THE_LAST, thanks).when(CONFIRMED).then(PartyAcknowledged, PROPAGATED)


class TestRepeats:
    @pytest.mark.parametrize("fact", [start(), REGISTRY, QUEUED, EMAIL, NO_SMS, CONFIRMED], ids=repr)
    def test_a_repeated_fact_does_nothing(self, fact: RelocationCommand) -> None:
        history = (fact,) if isinstance(fact, StartPropagation) else (start(), fact)
        given(RELOCATION, *history).when(fact).then_nothing()

    @pytest.mark.parametrize("fact", [start(), REGISTRY, EMAIL, CONFIRMED, MarkLate(due_at=DUE)], ids=repr)
    def test_nothing_happens_again_after_the_end(self, fact: RelocationCommand) -> None:
        given(RELOCATION, *ALL_BUT_THE_LAST, CONFIRMED).when(fact).then_nothing()

    def test_proof_that_comes_after_the_end_is_kept(self) -> None:
        ended = (start(), REGISTRY, ASSESSMENT, CONFIRMED, EMAIL, NO_SMS)
        given(RELOCATION, *ended).when(SMS).then(PartyReached)

    def test_a_different_start_is_refused(self) -> None:
        given(RELOCATION, start()).when(start(MEMBER)).then_refused("already-started")


class TestOthers:
    def test_a_relocation_concerns_somebody(self) -> None:
        nobody = start().model_copy(update={"parties": ()})
        given(RELOCATION).when(nobody).then_refused("no-parties")

    def test_a_service_nobody_waits_for_is_ignored(self) -> None:
        given(RELOCATION, start()).when(RecordApplied(service="other", applied_at=at(1))).then_nothing()

    def test_a_stranger_is_refused(self) -> None:
        stranger = RecordAcknowledged(party_id="p-x", acknowledged_by="x", acknowledged_at=at(0))
        given(RELOCATION, start()).when(stranger).then_refused("party-not-concerned")
        to_system = RecordDelivered(party_id="p-s", channel="sms", receipt_id="r", delivered_at=at(0))
        given(RELOCATION, start()).when(to_system).then_refused("party-not-concerned")

    def test_each_fact_has_its_event(self) -> None:
        given(RELOCATION, start()).when(REGISTRY).then(RelocationApplied)
        given(RELOCATION, start()).when(QUEUED).then(PartyNotified)


def history(*commands: RelocationCommand) -> list[DomainEvent]:
    """Every event that these commands lead to, one after the other."""
    events: list[DomainEvent] = []
    for command in commands:
        events += RELOCATION.decide(command, RELOCATION.fold(events))
    return events


class TestLateness:
    def test_late_names_what_is_missing(self) -> None:
        late = PropagationLate(
            relocation_id="t1",
            member_id="m1",
            missing=("acknowledged:p-s",),
            due_at=DUE,
            next_at=DUE + timedelta(days=1),
        )
        given(RELOCATION, *ALL_BUT_THE_LAST).when(MarkLate(due_at=DUE)).then(late)

    def test_late_is_said_once_and_is_not_the_end(self) -> None:
        late = (*ALL_BUT_THE_LAST, MarkLate(due_at=DUE))
        given(RELOCATION, *late).when(MarkLate(due_at=DUE)).then_nothing()
        given(RELOCATION, *late).when(CONFIRMED).then(PartyAcknowledged, PROPAGATED)

    def test_who_was_not_reached_on_any_channel_is_tried_again_each_day_for_a_week(self) -> None:
        failed = (start(), REGISTRY, ASSESSMENT, CONFIRMED, NO_EMAIL, NO_SMS)
        first = given(RELOCATION, *failed).when(MarkLate(due_at=DUE))
        first.then(PropagationLate, PartyRetried)
        days = [
            fact
            for day in range(8)
            for fact in (
                MarkLate(due_at=DUE + timedelta(days=day)),
                undelivered("email", "mailbox-full", 2.1 + day, day + 1),
                undelivered("sms", "no-such-number", 2.2 + day, day + 1),
            )
        ]
        tries = [event for event in history(*failed, *days) if isinstance(event, PartyRetried)]
        assert [event.attempt for event in tries] == [1, 2, 3, 4, 5, 6, 7]
        given(RELOCATION, *failed, *days).when(SMS).then(PartyReached, RelocationPropagated)

    def test_who_is_being_tried_again_is_not_tried_a_third_time_until_that_has_failed_too(self) -> None:
        again = RetryParty(party_id="p-m", asked_by="k1", retried_at=at(1))
        trying = (start(), NO_EMAIL, NO_SMS, again)
        assert still_missing(*trying)[2:4] == ("delivered:p-m:email", "delivered:p-m:sms"), "on its way, not failed"
        given(RELOCATION, *trying).when(again).then_refused("party-has-it")
        given(RELOCATION, *trying).when(MarkLate(due_at=DUE)).then(PropagationLate)
        given(RELOCATION, *trying).when(NO_SMS).then_nothing()
        failed = (*trying, undelivered("email", "mailbox-full", 1.1, 1), undelivered("sms", "blocked", 1.2, 1))
        assert still_missing(*failed)[3] == "undelivered:p-m:sms:blocked"
        given(RELOCATION, *failed).when(again).then(PartyRetried)

    def test_it_is_not_propagated_while_another_try_is_on_its_way(self) -> None:
        again = RetryParty(party_id="p-m", asked_by="k1", retried_at=at(1))
        trying = (start(), REGISTRY, ASSESSMENT, CONFIRMED, NO_EMAIL, NO_SMS, again)
        arrived = RecordDelivered(party_id="p-m", channel="sms", receipt_id="r2", delivered_at=at(1.2))
        given(RELOCATION, *trying).when(arrived).then(PartyReached)
        last = undelivered("email", "mailbox-full", 1.3, 1)
        given(RELOCATION, *trying, arrived).when(last).then(PartyNotReached, RelocationPropagated)

    def test_somebody_may_ask_for_a_retry_but_not_for_those_who_have_it_or_may_yet_get_it(self) -> None:
        def ask(party: str) -> RetryParty:
            return RetryParty(party_id=party, asked_by="k1", retried_at=at(1))

        given(RELOCATION, start(), NO_EMAIL, NO_SMS).when(ask("p-m")).then(PartyRetried)
        given(RELOCATION, start(), NO_EMAIL).when(ask("p-m")).then_refused("party-has-it")
        given(RELOCATION, start(), NO_EMAIL, SMS).when(ask("p-m")).then_refused("party-has-it")
        given(RELOCATION, start()).when(ask("p-x")).then_refused("party-not-concerned")
        given(RELOCATION).when(ask("p-m")).then_refused("relocation-unknown")

    def test_nothing_is_late_before_the_start_or_for_another_deadline(self) -> None:
        given(RELOCATION, REGISTRY).when(MarkLate(due_at=DUE)).then_nothing()
        given(RELOCATION, start()).when(MarkLate(due_at=at(1))).then_nothing()

    def test_the_timer_lives_from_the_start_to_the_end(self) -> None:
        started, end = RELOCATION.decide(start(), RELOCATION.initial)[0], PROPAGATED
        assert RELOCATION.timers(started) == [ArmTimer(LATE, DUE)]
        assert RELOCATION.timers(end) == [CancelTimer(LATE)]
        assert RELOCATION.on_timer is not None
        assert RELOCATION.on_timer(DueTimer("relocation-t1", LATE, DUE, at(3))) == MarkLate(due_at=DUE)
        with pytest.raises(ValueError, match="no timer called"):
            RELOCATION.on_timer(DueTimer("relocation-t1", "unheard-of", DUE, at(3)))
