"""《流动党员活动证》 (domain §1.2): numbers, entries, review, rights."""

from typing import Any

from services.mobility.domain.card.decider import (
    CARD,
    AskReturn,
    CardEntered,
    CardReturnAsked,
    CardReturnOverdue,
    EndCard,
    EnterCard,
    IssueCard,
    MarkReturnOverdue,
    MobileCardEnded,
    MobileCardIssued,
    MobileCardReviewed,
    ReviewCard,
)
from services.mobility.domain.card.rights import rights
from services.mobility.domain.card.series import CARD_SERIES, CardNumberTaken, TakeCardNumber
from shared.kernel.question import silence_at
from shared.kernel.timer import ArmTimer
from tests.support.sealed_words import sealed_words
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0, at

ISSUE = IssueCard(
    card_id="k1", member_id="m1", departure_id="d1", branch_id="b1", committee_id="c1",
    card_number="350921-2026-000001", issued_by="b1", issued_at=T0,
)  # fmt: skip

BACK = EndCard(reason="returned", ended_by="b1", ended_at=at(80))


def enters(kind: str, **more: Any) -> EnterCard:
    said = {"entry_id": kind, "kind": kind, "month": "2026-02", "entered_by": "b9", "entered_at": at(9), **more}
    return EnterCard.model_validate(said)


def reviews(year: int = 2026, passed: bool = True, text: str | None = None) -> ReviewCard:
    said = {
        "year": year,
        "passed": passed,
        "text": text and sealed_words(text),
        "reviewed_by": "b1",
        "reviewed_at": at(300),
    }
    return ReviewCard.model_validate(said)


def takes(card_id: str, day: float = 0) -> TakeCardNumber:
    return TakeCardNumber(area_code="350921", card_id=card_id, taken_at=at(day))


def test_cards_of_a_county_are_counted_through_a_year() -> None:
    outcome = given(CARD_SERIES, takes("a")).when(takes("b"))
    outcome.then(CardNumberTaken)
    assert outcome.events[0].card_number == "350921-2026-000002"  # type: ignore[attr-defined]
    again = given(CARD_SERIES, takes("a"), takes("b", 400)).when(takes("c"))
    assert again.events[0].card_number == "350921-2026-000002", "a clock that jumps back repeats nothing"  # type: ignore[attr-defined]


def test_the_inflow_branch_enters_arrival_dues_and_attendance() -> None:
    given(CARD).when(ISSUE).then(MobileCardIssued)
    given(CARD, ISSUE).when(enters("arrival")).then(CardEntered)
    given(CARD, ISSUE).when(enters("dues")).then(CardEntered)
    given(CARD, ISSUE).when(enters("attendance", sessions=2)).then(CardEntered)
    given(CARD, ISSUE).when(enters("attendance")).then_refused("sessions-missing")
    given(CARD, ISSUE).when(enters("dues", sessions=2)).then_refused("sessions-missing")
    given(CARD, ISSUE, enters("dues")).when(enters("dues")).then_nothing()


def test_the_review_is_once_a_year_and_a_no_has_a_reason() -> None:
    given(CARD, ISSUE).when(reviews()).then(MobileCardReviewed)
    given(CARD, ISSUE, reviews()).when(reviews()).then_nothing()
    given(CARD, ISSUE, reviews()).when(reviews(passed=False, text="x")).then_refused("reviewed-already")
    given(CARD, ISSUE).when(reviews(2027)).then_refused("reviewed-early")
    given(CARD, ISSUE).when(reviews(passed=False)).then_refused("text-missing")


def test_a_card_that_ended_takes_no_more_entries() -> None:
    end = EndCard(reason="returned", ended_by="b1", ended_at=at(20))
    given(CARD, ISSUE).when(end).then(MobileCardEnded)
    given(CARD, ISSUE, end).when(end).then_nothing()
    given(CARD, ISSUE, end).when(enters("dues")).then_refused("card-ended")
    given(CARD).when(enters("dues")).then_refused("card-unknown")
    given(CARD, ISSUE).when(ISSUE).then_refused("card-exists")


def test_the_holder_votes_at_home_and_among_travellers_and_not_at_the_inflow_branch() -> None:
    assert rights("b1", "branch", "b1").votes
    inflow = rights("b9", "branch", "b1")
    assert (inflow.takes_part, inflow.votes, inflow.elects, inflow.can_be_elected) == (True, False, False, False)
    for kind in ("mobile_branch", "temporary"):
        among = rights("b9", kind, "b1")
        assert among.votes
        assert among.elects
        assert among.can_be_elected


def test_a_card_is_asked_back_once_and_its_committee_hears_of_silence() -> None:
    asks = AskReturn(due_at=at(40), asked_at=at(10))
    late = MarkReturnOverdue(due_at=silence_at(at(40)))
    outcome = given(CARD, ISSUE).when(asks)
    outcome.then(CardReturnAsked)
    assert CARD.timers(outcome.events[0]) == [ArmTimer("card-return-silence", late.due_at)]
    given(CARD, ISSUE, asks).when(asks).then_nothing()
    given(CARD, ISSUE, asks).when(late).then(CardReturnOverdue)
    given(CARD, ISSUE, asks, late).when(late).then_nothing()
    given(CARD, ISSUE, asks, BACK).when(late).then_nothing()
    given(CARD, ISSUE, BACK).when(asks).then_nothing()
    given(CARD, ISSUE, asks, late).when(BACK).then(MobileCardEnded)
