"""Domain §1.2: which credential for how long; §1.10 and M14: what is local is a version with its document."""

from datetime import date
from typing import Any

import pytest

from services.mobility.domain.care_rules.decider import CARE_RULES, AdoptCareRules, CareRulesAdopted
from services.mobility.domain.care_rules.rules import CareRules, PairModel, areas_around, credential, must_transfer
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0

LEFT = date(2026, 8, 31)


@pytest.mark.parametrize(
    ("until", "fixed", "kept", "expected"),
    [
        (date(2026, 11, 30), True, False, "none"),
        (date(2026, 12, 1), True, False, "certificate"),
        (date(2027, 2, 27), True, False, "certificate"),
        (date(2027, 2, 28), True, False, "introduction_letter"),
        (date(2027, 2, 28), True, True, "mobile_card"),
        (date(2027, 2, 28), False, False, "mobile_card"),
        (date(2026, 12, 1), False, False, "mobile_card"),
        (None, True, False, "mobile_card"),
    ],
)
def test_the_credential_follows_from_calendar_months_and_fixedness(
    until: date | None, fixed: bool, kept: bool, expected: str
) -> None:
    assert credential(CareRules(), LEFT, until, fixed, kept) == expected


def test_a_county_may_have_other_thresholds() -> None:
    local = CareRules(unproven_months=1, short_fixed_credential="mobile_card")
    assert credential(local, LEFT, date(2026, 10, 15), True, False) == "mobile_card"


def test_six_calendar_months_at_a_fixed_place_ask_for_a_transfer() -> None:
    assert must_transfer(LEFT, date(2027, 2, 28), True)
    assert not must_transfer(LEFT, date(2027, 2, 27), True)
    assert not must_transfer(LEFT, date(2027, 2, 28), False)
    assert not must_transfer(LEFT, None, True)


def test_the_management_model_is_that_of_the_pair_of_places() -> None:
    rules = CareRules(
        models=(
            PairModel(to_area="440000", model="destination_led"),
            PairModel(to_area="441900", model="origin_led"),
        )
    )
    assert rules.model_for("441900") == "origin_led"
    assert rules.model_for("440300") == "destination_led"
    assert rules.model_for("110101") == rules.model_for(None) == "three_party"


def test_the_narrowest_area_comes_first() -> None:
    assert list(areas_around("350921")) == ["350921", "350900", "350000"]
    assert list(areas_around("350000")) == ["350000"]


def adopting(version: int, begins: date = LEFT, **changed: Any) -> AdoptCareRules:
    said = {"area_code": "350921", "rules_version": version, "effective_from": begins, "source_document": "doc-1",
            "adopted_by": "k1", "rules": CareRules(), "adopted_at": T0}  # fmt: skip
    return AdoptCareRules.model_validate(said | changed)


def test_a_version_is_in_force_from_its_day_on() -> None:
    state = given(CARE_RULES, adopting(1)).when(adopting(2, date(2027, 1, 1))).then(CareRulesAdopted)
    assert state.on(date(2026, 8, 30)) is None
    assert [state.on(day).rules_version for day in (LEFT, date(2026, 12, 31), date(2027, 1, 1))] == [1, 1, 2]  # type: ignore[union-attr]


def test_versions_have_no_gap_and_never_change() -> None:
    given(CARE_RULES).when(adopting(2)).then_refused("rules-version-gap")
    given(CARE_RULES, adopting(1)).when(adopting(1)).then_nothing()
    given(CARE_RULES, adopting(1)).when(adopting(1, source_document="doc-2")).then_refused("rules-version-taken")
    given(CARE_RULES, adopting(1)).when(adopting(2, date(2026, 1, 1))).then_refused("rules-backdated")
