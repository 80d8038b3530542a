"""失联 (domain §1.4): timers propose, a named body decides, and who comes back is restored."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.mobility.domain.lost_contact.commands import MarkProposalOverdue, ProposeLoss, RestoreContact
from services.mobility.domain.lost_contact.decider import LOST_CONTACT, on_timer, timers
from services.mobility.domain.lost_contact.events import (
    ContactLost,
    ContactRestored,
    LossDecided,
    LossProposalOverdue,
    LossProposed,
    SearchLogged,
)
from services.mobility.domain.lost_contact.state import stop_at
from shared.kernel.timer import ArmTimer, DueTimer
from tests.unit.mobility.away import judging, losing, searching
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0, at

SIX_MONTHS = datetime(2026, 6, 29, 16, tzinfo=UTC)
"""The first instant in Shanghai of 30 June 2026, six calendar months after 31 December."""
TWO_YEARS = datetime(2028, 7, 18, 16, tzinfo=UTC)


def proposes(due: datetime = SIX_MONTHS) -> ProposeLoss:
    return ProposeLoss(due_at=due, now=due)


def comes_back(day: float, document: str | None = None) -> RestoreContact:
    said = {"restored_on": at(day).date(), "application_document": document, "recorded_by": "b1",
            "recorded_at": at(day)}  # fmt: skip
    return RestoreContact.model_validate(said)


STOPPED = (losing(), searching(), proposes(), judging("stop_membership", 170))


def test_a_loss_arms_a_proposal_and_nothing_else() -> None:
    outcome = given(LOST_CONTACT).when(losing())
    state = outcome.then(ContactLost)
    assert state.status == "searching"
    assert timers(outcome.events[0]) == [ArmTimer("propose", SIX_MONTHS)]
    assert stop_at(outcome.events[0]) == SIX_MONTHS  # type: ignore[arg-type]


def test_after_six_months_the_committee_is_asked_by_a_time() -> None:
    outcome = given(LOST_CONTACT, losing()).when(on_timer(DueTimer("x", "propose", SIX_MONTHS, SIX_MONTHS)))
    state = outcome.then(LossProposed)
    assert state.status == "searching", "a timer decides nothing"
    assert state.proposed is not None
    assert (state.proposed.proposal, state.proposed.body_id) == ("stop_membership", "c1")
    assert state.proposed.due_at > SIX_MONTHS


def test_a_probationary_member_is_another_question() -> None:
    state = given(LOST_CONTACT, losing(probationary=True)).when(proposes()).then(LossProposed)
    assert state.proposed is not None
    assert state.proposed.proposal == "cancel_qualification"
    history = (losing(probationary=True), searching(), proposes())
    assert given(LOST_CONTACT, *history).when(judging("cancel_qualification", 160)).then(LossDecided).status == (
        "cancelled"
    )


def test_nothing_is_decided_before_it_was_proposed() -> None:
    given(LOST_CONTACT, losing(), searching()).when(judging("stop_membership", 20)).then_refused("nothing-proposed")
    given(LOST_CONTACT, *STOPPED).when(judging("remove", 200)).then_refused("nothing-proposed")


def test_a_decision_needs_a_search_and_the_right_bodies() -> None:
    given(LOST_CONTACT, losing(), proposes()).when(judging("stop_membership", 170)).then_refused("not-searched")
    history = (losing(), searching(), proposes())
    wrongs: list[dict[str, Any]] = [{"decided_by": "b2"}, {"approved_by": "b1"}, {"approved_by": "c2"}]
    for wrong in wrongs:
        given(LOST_CONTACT, *history).when(judging("stop_membership", 170, **wrong)).then_refused("not-the-body")
    early = judging("stop_membership", 170, decided_on=date(2026, 6, 1))
    given(LOST_CONTACT, *history).when(early).then_refused("decided-another-day")


def test_two_years_after_a_stop_the_removal_is_proposed() -> None:
    state = given(LOST_CONTACT, *STOPPED).state
    assert (state.status, state.next_at) == ("stopped", TWO_YEARS)
    given(LOST_CONTACT, *STOPPED).when(proposes()).then_nothing()
    removing = given(LOST_CONTACT, *STOPPED).when(proposes(TWO_YEARS)).then(LossProposed)
    assert removing.proposed is not None
    assert removing.proposed.proposal == "remove"
    history = (*STOPPED, proposes(TWO_YEARS))
    assert given(LOST_CONTACT, *history).when(judging("remove", 905)).then(LossDecided).status == "removed"


def test_a_no_is_asked_again_half_a_year_later() -> None:
    history = (losing(), searching(), proposes())
    state = given(LOST_CONTACT, *history).when(judging("stop_membership", 170, agreed=False)).then(LossDecided)
    assert state.status == "searching"
    assert state.next_at is not None
    assert (
        given(LOST_CONTACT, *history, judging("stop_membership", 170, agreed=False))
        .when(proposes(state.next_at))
        .then(LossProposed)
        .proposed
    )


def test_who_is_found_before_a_stop_is_back_at_once() -> None:
    state = given(LOST_CONTACT, losing(), searching(), proposes()).when(comes_back(160)).then(ContactRestored)
    assert (state.status, state.proposed, state.next_at) == ("back", None, None)
    given(LOST_CONTACT, losing(), comes_back(10)).when(proposes()).then_nothing()
    assert (
        given(LOST_CONTACT, losing(), comes_back(10))
        .when(losing(lost_since=date(2026, 2, 1), reported_at=at(20)))
        .then(ContactLost)
    )


def test_after_a_stop_it_takes_an_application_and_a_decision() -> None:
    given(LOST_CONTACT, *STOPPED).when(comes_back(300)).then_refused("application-missing")
    state = given(LOST_CONTACT, *STOPPED).when(comes_back(300, "doc-1")).then(ContactRestored, LossProposed)
    assert state.status == "stopped"
    history = (*STOPPED, comes_back(300, "doc-1"))
    assert given(LOST_CONTACT, *history).when(judging("restore", 310)).then(LossDecided).status == "back"
    declined = given(LOST_CONTACT, *history).when(judging("restore", 310, agreed=False)).then(LossDecided)
    assert (declined.status, declined.next_at) == ("stopped", TWO_YEARS)
    given(LOST_CONTACT, *STOPPED).when(comes_back(1000, "doc-1")).then_refused("restored-too-late")


def test_silence_of_the_body_goes_to_its_superior_and_it_stays_asked() -> None:
    history = (losing(), proposes())
    proposed = given(LOST_CONTACT, *history).state.proposed
    assert proposed is not None
    late = MarkProposalOverdue(due_at=proposed.escalate_at)
    outcome = given(LOST_CONTACT, *history).when(late)
    state = outcome.then(LossProposalOverdue)
    assert outcome.events[0].superior_id == "k1"  # type: ignore[attr-defined]
    assert state.proposed == proposed
    given(LOST_CONTACT, *history, late).when(late).then_nothing()


def test_repeats_and_nonsense() -> None:
    given(LOST_CONTACT, losing()).when(losing()).then_nothing()
    given(LOST_CONTACT, losing()).when(losing(lost_since=date(2026, 1, 2))).then_refused("lost-already")
    given(LOST_CONTACT).when(losing(lost_since=date(2026, 3, 1))).then_refused("lost-in-future")
    given(LOST_CONTACT, losing()).when(searching()).then(SearchLogged)
    given(LOST_CONTACT, losing(), searching()).when(searching()).then_nothing()
    given(LOST_CONTACT).when(searching()).then_refused("loss-unknown")
    given(LOST_CONTACT, losing(), comes_back(5)).when(searching("2")).then_refused("not-lost")
    given(LOST_CONTACT, losing()).when(comes_back(-60)).then_refused("found-another-day")


@pytest.mark.parametrize("name", ["propose", "decide"])
def test_a_timer_never_makes_a_decision(name: str) -> None:
    for history in ((losing(),), (losing(), proposes()), STOPPED, (*STOPPED, comes_back(300, "doc-1"))):
        for due in (T0, SIX_MONTHS, TWO_YEARS):
            state = given(LOST_CONTACT, *history).state
            events = LOST_CONTACT.decide(on_timer(DueTimer("x", name, due, due)), state)
            assert LOST_CONTACT.fold(events, state).status == state.status
