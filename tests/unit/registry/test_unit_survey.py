"""What is found out about a unit (五个清), and who covers it."""

from datetime import date

import pytest

from services.registry.domain.unit.commands import ChangeUnit, CoverUnit, EndCover, SurveyUnit
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.events import (
    UnitChanged,
    UnitCovered,
    UnitCoverEnded,
    UnitRegistered,
    UnitSurveyed,
)
from shared.kernel.errors import Invalid, Refused

COMPANY = "91110108551385082Q"
MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)
REGISTERED = UnitRegistered(uscc=COMPANY, name="甲公司", kind="enterprise", area_code="430702", staff=12, on=MARCH)
COVERED = UnitCovered(uscc=COMPANY, organisation_id="o1", mode="joint", on=MARCH)


def survey(**facts: object) -> SurveyUnit:
    return SurveyUnit.model_validate({"uscc": COMPANY, "on": JUNE, "surveyed_by": "c1", **facts})


def test_a_survey_says_what_changed_and_which_of_the_five_are_clear() -> None:
    asked = survey(staff=12, operation="operating", trade="C13", formal_members=1, probationary_members=0)
    changed, surveyed = UNIT.decide(asked, UNIT.fold([REGISTERED]))
    assert isinstance(changed, UnitChanged)
    assert (changed.staff, changed.trade, changed.formal_members) == (None, "C13", 1)
    assert surveyed == UnitSurveyed(uscc=COMPANY, on=JUNE, surveyed_by="c1", clear=("operation", "staff", "members"))


def test_a_survey_that_finds_nothing_new_is_still_on_record() -> None:
    [surveyed] = UNIT.decide(survey(), UNIT.fold([REGISTERED]))
    assert surveyed == UnitSurveyed(uscc=COMPANY, on=JUNE, surveyed_by="c1", clear=("staff",))


def test_a_unit_without_an_organisation_owes_the_reason_and_one_that_has_one_does_not() -> None:
    [without] = UNIT.decide(survey(), UNIT.fold([REGISTERED]))
    [covered] = UNIT.decide(survey(), UNIT.fold([REGISTERED, COVERED]))
    *_, reasoned = UNIT.decide(survey(no_organisation_reason="owner_unwilling"), UNIT.fold([REGISTERED]))
    assert isinstance(without, UnitSurveyed)
    assert isinstance(covered, UnitSurveyed)
    assert isinstance(reasoned, UnitSurveyed)
    assert "reason" not in without.clear
    assert "reason" in covered.clear
    assert "reason" in reasoned.clear


@pytest.mark.parametrize("command", [ChangeUnit(uscc=COMPANY, staff=9, on=date(2026, 2, 1)), survey(on="2026-02-01")])
def test_older_facts_do_not_undo_newer_ones(command: ChangeUnit | SurveyUnit) -> None:
    with pytest.raises(Refused, match=r"^unit-backdated:"):
        UNIT.decide(command, UNIT.fold([REGISTERED]))


def test_a_change_carries_the_whole_standing() -> None:
    first = UNIT.decide(ChangeUnit(uscc=COMPANY, trade_union=True, on=JUNE), UNIT.fold([REGISTERED]))
    [second] = UNIT.decide(ChangeUnit(uscc=COMPANY, staff=40, on=JUNE), UNIT.fold([REGISTERED, *first]))
    assert isinstance(second, UnitChanged)
    assert second.trade_union is None
    assert second.standing is not None
    assert (second.standing.trade_union, second.standing.staff, second.standing.name) == (True, 40, "甲公司")


def test_several_organisations_cover_a_unit_and_each_ends_alone() -> None:
    other = UnitCovered(uscc=COMPANY, organisation_id="o2", mode="area", on=JUNE)
    state = UNIT.fold([REGISTERED, COVERED, other])
    end = EndCover(uscc=COMPANY, organisation_id="o1", on=JUNE, reason="单独组建")
    [ended] = UNIT.decide(end, state)
    assert ended == UnitCoverEnded(uscc=COMPANY, organisation_id="o1", since=MARCH, on=JUNE, reason="单独组建")
    assert set(UNIT.fold([ended], state).covers) == {"o2"}


def test_covering_twice_is_one_cover_and_in_another_way_is_refused() -> None:
    state = UNIT.fold([REGISTERED, COVERED])
    assert UNIT.decide(CoverUnit(uscc=COMPANY, organisation_id="o1", mode="joint", on=MARCH), state) == []
    with pytest.raises(Refused, match=r"^already-covered:"):
        UNIT.decide(CoverUnit(uscc=COMPANY, organisation_id="o1", mode="single", on=MARCH), state)


def test_a_cover_that_is_not_there_does_not_end_and_none_ends_before_it_began() -> None:
    early = EndCover(uscc=COMPANY, organisation_id="o1", on=date(2026, 1, 1), reason="x")
    with pytest.raises(Refused, match=r"^not-covered:"):
        UNIT.decide(early, UNIT.fold([REGISTERED]))
    with pytest.raises(Invalid, match=r"^cover-dates:"):
        UNIT.decide(early, UNIT.fold([REGISTERED, COVERED]))
