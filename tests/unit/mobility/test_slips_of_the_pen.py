"""What a clerk mistypes is told at the door: months and years that cannot be meant (found with the running system)."""

from typing import Any

from services.mobility.api.periods import month_bounds
from services.mobility.domain.card.decider import CARD, EnterCard, IssueCard, ReviewCard
from services.mobility.domain.inbound_letter.decider import INBOUND_LETTER
from services.mobility.domain.transfer.decider import TRANSFER
from shared.kernel.calendar import add_months, local_date
from tests.unit.mobility.bdd import given
from tests.unit.mobility.test_inbound_letter import brought
from tests.unit.mobility.transfers import T0, ask, at

NOW, NEXT, LATER = (f"{add_months(local_date(T0), months):%Y-%m}" for months in (0, 1, 13))


def issued() -> IssueCard:
    return IssueCard(card_id="k1", member_id="m1", departure_id="d1", branch_id="b1", committee_id="c1",
                     card_number="350102-1", issued_by="b1", issued_at=T0)  # fmt: skip


def enters(entry_id: str = "e1", **changed: Any) -> EnterCard:
    said = {"entry_id": entry_id, "kind": "dues", "month": NOW, "entered_by": "c2", "entered_at": T0}
    return EnterCard.model_validate(said | changed)


def test_bug_2000_a_month_where_calendars_end_is_answered() -> None:
    for month in ("0000-01", "0001-01", "9999-11", "9999-12"):
        begin, end = month_bounds(month)
        assert begin < end


def test_bug_2002_what_is_still_to_come_is_not_entered_in_a_card() -> None:
    assert given(CARD, issued()).when(enters(kind="attendance", month=NOW, sessions=1)).events
    given(CARD, issued()).when(enters(kind="attendance", month=NEXT, sessions=1)).then_refused("entered-early")
    given(CARD, issued()).when(enters(kind="leaving", month=NEXT)).then_refused("entered-early")
    assert given(CARD, issued()).when(enters(month=NEXT)).events, "dues are paid ahead"
    given(CARD, issued()).when(enters(month=LATER)).then_refused("dues-ahead")


def test_bug_2003_dues_of_an_earlier_month_do_not_unpay_a_later_one() -> None:
    state = given(CARD, issued(), enters("e1", month=NOW), enters("e2", month="2020-03")).state
    assert state.dues_paid_to == NOW
    [event] = given(CARD, issued(), enters("e1", month=NOW)).when(enters("e2", month="2020-03")).events
    assert (event.month, event.dues_paid_to) == ("2020-03", NOW)  # type: ignore[attr-defined]


def test_bug_2006_a_card_is_not_reviewed_for_a_year_before_it_was_issued() -> None:
    review = ReviewCard(year=T0.year - 1, passed=True, reviewed_by="b1", reviewed_at=at(1))
    given(CARD, issued()).when(review).then_refused("reviewed-before-issue")


def test_bug_2008_dues_are_not_paid_more_than_a_year_ahead() -> None:
    given(TRANSFER).when(ask(dues_paid_to=LATER)).then_refused("dues-ahead")
    assert given(TRANSFER).when(ask(dues_paid_to=NEXT)).events
    given(INBOUND_LETTER).when(brought(dues_paid_to=LATER)).then_refused("dues-ahead")
