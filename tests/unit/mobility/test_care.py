"""三方共管 (domain N07, N20, M14): one lead, duties with holder and time, reminders, silence to the superior."""

from datetime import UTC, datetime

from services.mobility.domain.care.commands import (
    CompleteDuty,
    DropDuty,
    EndCare,
    EscalateDuty,
    HandLead,
    LogContact,
    MarkDutyOverdue,
    NameParty,
    OpenDuty,
    RemoveParty,
)
from services.mobility.domain.care.decider import CARE, on_timer, timers
from services.mobility.domain.care.events import (
    CareDutyEscalated,
    CareDutyOverdue,
    CareEnded,
    CareEstablished,
    CareLeadChanged,
    CareParty,
    ContactLogged,
    DutyDone,
    DutyDropped,
    DutyOpened,
    DutyReassigned,
    PartyLeft,
    PartyNamed,
)
from services.mobility.domain.care_rules.rules import CareRules, CitedRules, DutyRule
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer
from tests.unit.mobility.away import DESTINATION, ORIGIN, caring
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0, at

QUARTER = datetime(2026, 4, 30, 15, 59, 59, 999999, tzinfo=UTC)
"""The end of the day three calendar months after 30 January."""


def contacts(role: str = "origin", kind: str = "contact", day: float = 10) -> LogContact:
    said = {"contact_id": f"{role}-{day}", "role": role, "kind": kind, "way": "call", "logged_by": "b1",
            "contacted_at": at(day)}  # fmt: skip
    return LogContact.model_validate(said)


def hands(role: str) -> HandLead:
    said = {"to_role": role, "handed_by": "far", "handed_at": at(3)}
    return HandLead.model_validate(said)


def names(role: str, party: CareParty) -> NameParty:
    return NameParty.model_validate({"role": role, "party": party, "named_at": at(2)})


def test_care_begins_with_the_origin_and_every_duty_in_somebodys_hands() -> None:
    outcome = given(CARE).when(caring())
    state = outcome.then(CareEstablished, *[DutyOpened] * 6)
    assert state.lead == "origin"
    assert state.duties.keys() == {
        "verify.station", "contact.origin", "yearly_report.origin", "talk.station", "ledger_refresh.station",
        "dues_and_attendance.destination",
    }  # fmt: skip
    persons = {event.duty_id: event.person_id for event in outcome.events if isinstance(event, DutyOpened)}
    assert persons["talk.station"] == "head"
    assert persons["dues_and_attendance.destination"] == "secretary", "nobody is there yet, so the lead has it"
    assert state.duties["contact.origin"].due_at == QUARTER


def test_half_yearly_contact_is_for_members_abroad_only() -> None:
    state = given(CARE, caring(abroad=True, station=None)).state
    assert "abroad_contact.origin" in state.duties
    assert "verify.station" not in state.duties


def test_the_lead_changes_in_one_event() -> None:
    state = given(CARE, caring()).when(hands("station")).then(CareLeadChanged, DutyReassigned)
    assert state.lead == "station"
    given(CARE, caring(), hands("station")).when(hands("station")).then_nothing()
    given(CARE, caring()).when(hands("destination")).then_refused("party-absent")


def test_duties_go_to_a_party_when_it_joins() -> None:
    state = given(CARE, caring()).when(names("destination", DESTINATION)).then(PartyNamed, DutyReassigned)
    assert state.duties["dues_and_attendance.destination"].holder_role == "destination"


def test_another_person_gets_the_open_duties() -> None:
    other = ORIGIN.model_copy(update={"person_id": "deputy"})
    outcome = given(CARE, caring()).when(names("origin", other))
    moved = {event.duty_id for event in outcome.events if isinstance(event, DutyReassigned)}
    assert {"contact.origin", "yearly_report.origin", "dues_and_attendance.destination"} == moved
    elsewhere = ORIGIN.model_copy(update={"organisation_id": "b2"})
    given(CARE, caring()).when(names("origin", elsewhere)).then_refused("origin-fixed")


def test_a_leading_party_that_leaves_hands_the_lead_back_first() -> None:
    remove = RemoveParty(role="station", removed_by="b1", removed_at=at(5))
    outcome = given(CARE, caring(), hands("station")).when(remove)
    assert [type(event) for event in outcome.events[:2]] == [CareLeadChanged, PartyLeft]
    state = CARE.fold(outcome.events, outcome.state)
    assert (state.lead, set(state.parties)) == ("origin", {"origin"})
    assert {duty.holder_role for duty in state.duties.values()} == {"origin"}


def test_a_contact_does_the_duty_and_sets_the_next_one() -> None:
    state = given(CARE, caring()).when(contacts()).then(ContactLogged, DutyDone, DutyOpened)
    assert state.duties["contact.origin"].due_at > QUARTER
    given(CARE, caring(), contacts()).when(contacts()).then_nothing()


def test_a_contact_that_is_entered_late_does_not_bring_the_next_one_forward() -> None:
    given(CARE, caring(), contacts(day=80)).when(contacts(day=10)).then(ContactLogged)
    given(CARE, caring()).when(contacts(day=-1)).then_refused("contacted-earlier")


def test_a_contact_of_another_party_is_kept_and_does_nobody_elses_duty() -> None:
    given(CARE, caring()).when(contacts("station")).then(ContactLogged)
    given(CARE, caring()).when(contacts("station", "talk")).then(ContactLogged, DutyDone, DutyOpened)
    given(CARE, caring()).when(contacts("destination")).then_refused("party-absent")


def test_time_that_is_over_is_said_once_and_ends_nothing() -> None:
    overdue = MarkDutyOverdue(duty_id="contact.origin", due_at=QUARTER)
    outcome = given(CARE, caring()).when(overdue)
    state = outcome.then(CareDutyOverdue)
    assert state.duties["contact.origin"].overdue
    assert (outcome.events[0].person_id, outcome.events[0].organisation_id) == ("secretary", "b1")  # type: ignore[attr-defined]
    given(CARE, caring(), overdue).when(overdue).then_nothing()
    given(CARE, caring(), contacts()).when(overdue).then_nothing()


def test_who_takes_over_what_is_overdue_is_told_so_and_who_has_it_already_is_not_told_again() -> None:
    late = (caring(), MarkDutyOverdue(duty_id="contact.origin", due_at=QUARTER))
    successor = ORIGIN.model_copy(update={"person_id": "successor"})
    told = given(CARE, *late).when(NameParty(role="origin", party=successor, named_at=at(100)))
    [again] = [event for event in told.events if isinstance(event, CareDutyOverdue)]
    assert (again.duty_id, again.person_id, again.due_at) == ("contact.origin", "successor", QUARTER)
    moved = ORIGIN.model_copy(update={"superior_id": "k1"})
    same = given(CARE, *late).when(NameParty(role="origin", party=moved, named_at=at(100)))
    assert not [event for event in same.events if isinstance(event, CareDutyOverdue)]


def test_silence_goes_to_the_superior_and_is_overdue_before() -> None:
    due = given(CARE, caring()).state.duties["contact.origin"].escalate_at
    escalate = EscalateDuty(duty_id="contact.origin", due_at=due)
    outcome = given(CARE, caring()).when(escalate)
    outcome.then(CareDutyOverdue, CareDutyEscalated)
    assert outcome.events[1].superior_id == "c1"  # type: ignore[attr-defined]
    overdue = MarkDutyOverdue(duty_id="contact.origin", due_at=QUARTER)
    given(CARE, caring(), overdue).when(escalate).then(CareDutyEscalated)
    given(CARE, caring(), overdue, escalate).when(escalate).then_nothing()


def test_what_comes_up_once_is_done_once() -> None:
    done = CompleteDuty(duty_id="verify.station", done_by="far", done_at=at(2))
    state = given(CARE, caring()).when(done).then(DutyDone)
    assert "verify.station" not in state.duties
    given(CARE, caring(), done).when(done).then_refused("duty-not-open")
    drop = DropDuty(duty_id="verify.station", dropped_at=at(3))
    given(CARE, caring()).when(drop).then(DutyDropped)
    given(CARE, caring(), drop).when(drop).then_nothing()


def test_the_end_takes_every_duty_and_timer_with_it() -> None:
    end = EndCare(reason="returned", ended_at=at(20))
    outcome = given(CARE, caring()).when(end)
    state = outcome.then(*[DutyDropped] * 6, CareEnded)
    assert not state.duties
    lifted = {change.name for event in outcome.events for change in timers(event) if isinstance(change, CancelTimer)}
    armed = {
        change.name
        for event in CARE.decide(caring(), CARE.initial)
        for change in timers(event)
        if isinstance(change, ArmTimer)
    }
    assert lifted == armed
    given(CARE, caring(), end).when(end).then_nothing()
    given(CARE, caring(), end).when(contacts()).then_refused("care-ended")


def test_timers_say_what_is_due() -> None:
    assert on_timer(DueTimer("care-d1", "due.contact.origin", T0, T0)) == MarkDutyOverdue(
        duty_id="contact.origin", due_at=T0
    )
    assert on_timer(DueTimer("care-d1", "silence.contact.origin", T0, T0)) == EscalateDuty(
        duty_id="contact.origin", due_at=T0
    )


def test_what_does_not_exist_and_what_is_there_already() -> None:
    given(CARE).when(contacts()).then_refused("care-unknown")
    given(CARE, caring()).when(caring()).then_refused("care-exists")
    twice = DutyRule(kind="talk", party="station", months=1)
    rules = CitedRules(rules=CareRules(duties=(twice, twice)))
    given(CARE).when(caring(rules=rules)).then_refused("duty-twice")


def test_a_yearly_duty_can_come_up_later_and_come_round() -> None:
    review = OpenDuty(kind="card_review", party="origin", every_months=12, opened_at=at(5))
    done = CompleteDuty(duty_id="card_review.origin", done_by="b1", done_at=at(300))
    state = given(CARE, caring(), review).when(done).then(DutyDone, DutyOpened)
    assert state.duties["card_review.origin"].due_at > at(600)
