"""Which organisation a unit should have, what is planned for it, and what other rules would say."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.application.gaps import compared, counted, judge
from services.registry.domain.formation.decider import FORMATION_RULES, AdoptFormationRules, FormationRulesAdopted
from services.registry.domain.formation.rules import (
    Circumstances,
    CitedRules,
    FormationRules,
    check_joint_cap,
    in_force,
    propose,
)
from services.registry.domain.formation_plan.commands import AbandonPlan, AdoptPlan, CallOverdue, FulfilPlan
from services.registry.domain.formation_plan.decider import FORMATION_PLAN
from services.registry.domain.formation_plan.events import FormationPlanAdopted, FormationPlanOverdue
from shared.kernel.errors import Invalid, Refused
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer

COMPANY = "91110108551385082Q"
NATIONAL = FormationRules()
TODAY = date(2026, 11, 1)


def unit(formal: int = 0, *, staff: int | None = None, members: int | None = None, **more: Any) -> Circumstances:
    given_ = {"kind": "enterprise", "operation": None, **more}
    return Circumstances(staff=staff, formal_members=formal, members=formal if members is None else members, **given_)


@pytest.mark.parametrize(
    ("members", "kind"),
    [(3, "branch"), (50, "branch"), (51, "general_branch"), (100, "general_branch"), (101, "committee")],
)
def test_three_formal_members_are_a_branch_and_more_than_fifty_or_a_hundred_more_than_that(
    members: int, kind: str
) -> None:
    found = propose(NATIONAL, unit(3, members=members))
    assert (found.duty, found.mode, found.organisation_kind) == ("must", "single", kind)


def test_probationary_members_do_not_make_a_branch() -> None:
    found = propose(NATIONAL, unit(2, members=10))
    assert (found.duty, found.why) == ("must", "too_few_members")
    assert found.mode != "single"


def test_too_few_join_neighbours_when_together_they_are_three_and_otherwise_the_next_host_that_is_there() -> None:
    assert propose(NATIONAL, unit(1, partners=2)).mode == "joint"
    assert propose(NATIONAL, unit(1, partners=1, hosts=frozenset({"area", "attached"}))).mode == "area"
    assert propose(NATIONAL, unit(1, partners=1)).mode == "attached"
    ordered = FormationRules(host_order=("included", "joint"))
    assert propose(ordered, unit(1, partners=2)).mode == "included"


def test_a_large_unit_without_members_is_worked_with_first() -> None:
    assert propose(NATIONAL, unit(staff=9)).duty == "none"
    found = propose(NATIONAL, unit(staff=10, hosts=frozenset()))
    assert (found.duty, found.mode, found.why) == ("should", None, "key_unit")
    assert propose(NATIONAL, unit(staff=29, kind="social_organisation")).duty == "none"
    assert propose(FormationRules(key_staff=8), unit(staff=8)).duty == "should"
    assert propose(FormationRules(single_staff=100), unit(staff=100)).mode == "single"


@pytest.mark.parametrize("operation", ["suspended", "shell"])
def test_nothing_is_formed_where_nobody_works(operation: Any) -> None:
    assert propose(NATIONAL, unit(5, operation=operation)).duty == "none"


def test_only_a_joint_branch_is_ever_full() -> None:
    check_joint_cap(NATIONAL, "o1", 4)
    with pytest.raises(Refused, match=r"^joint-branch-full:"):
        check_joint_cap(NATIONAL, "o1", 5)
    check_joint_cap(FormationRules(joint_units_cap=10), "o1", 9)


def test_the_narrowest_place_with_rules_in_force_counts_and_of_its_versions_the_last() -> None:
    def version(area: str, number: int, since: date) -> CitedRules:
        return CitedRules(area_code=area, rules_version=number, effective_from=since, source_document="x")

    province, first, second = (
        version("430000", 1, date(2020, 1, 1)),
        version("430702", 1, date(2025, 1, 1)),
        version("430702", 2, date(2026, 1, 1)),
    )
    known = [second, province, first]
    assert in_force(known, "430702", date(2026, 6, 1)) == second
    assert in_force(known, "430702", date(2025, 6, 1)) == first
    assert in_force(known, "430702", date(2024, 6, 1)) == province
    assert in_force(known, "430723", date(2026, 6, 1)) == province
    assert in_force(known, "110101", TODAY) == CitedRules()


def test_rules_are_numbered_and_never_backdated() -> None:
    command = AdoptFormationRules(
        area_code="430702", effective_from=TODAY, source_document="武组发〔2026〕1号", adopted_by="k1",
        rules=FormationRules(key_staff=8),
    )  # fmt: skip
    [event] = FORMATION_RULES.decide(command, FORMATION_RULES.initial)
    assert isinstance(event, FormationRulesAdopted)
    assert event.rules_version == 1
    state = FORMATION_RULES.fold([event])
    assert FORMATION_RULES.decide(command, state) == []
    with pytest.raises(Refused, match=r"^rules-backdated:"):
        FORMATION_RULES.decide(command.model_copy(update={"effective_from": date(2026, 1, 1)}), state)
    [later] = FORMATION_RULES.decide(command.model_copy(update={"rules": NATIONAL}), state)
    assert isinstance(later, FormationRulesAdopted)
    assert later.rules_version == 2


def row(number: int, formal: int = 0, **more: Any) -> dict[str, Any]:
    return {"uscc": str(number), "name": "x", "kind": "enterprise", "area_code": "430702", "trade": "C13", "staff": 5,
            "operation": None, "responsible_id": "c1", "modes": [], "formal_members": formal, "members": formal,
            **more}  # fmt: skip


def test_a_gap_is_a_unit_that_should_have_an_organisation_and_has_none() -> None:
    units = [row(1, 3), row(2, 3, modes=["single"]), row(3, 1), row(4, 2), row(5, 1, trade="F51"), row(6)]
    judged = judge(NATIONAL, units)
    assert [one.unit["uscc"] for one in judged if one.gap] == ["1", "3", "4", "5"]
    assert [one.proposal.mode for one in judged if one.gap] == ["single", "joint", "joint", "attached"]
    gaps = [one for one in judged if one.gap]
    assert counted(gaps, "trade") == [{"trade": "C", "gaps": 3}, {"trade": "F", "gaps": 1}]
    assert counted(gaps, "area_code") == [{"area_code": "430702", "gaps": 4}]


def test_a_simulation_says_what_another_threshold_would_do() -> None:
    units = [row(1, staff=8), row(2, staff=12), row(3, 3)]
    summary, changed = compared(NATIONAL, FormationRules(key_staff=8), units)
    assert (summary["now"]["should"], summary["then"]["should"]) == (1, 2)
    assert [now.unit["uscc"] for now, _ in changed] == ["1"]


FACTS = st.builds(
    row, st.integers(1, 99), st.integers(0, 4), staff=st.none() | st.integers(0, 60),
    operation=st.sampled_from([None, "operating", "shell"]), trade=st.sampled_from([None, "C13", "F"]),
    modes=st.sampled_from([[], ["single"], ["area"], ["joint", "area"]]),
)  # fmt: skip


@given(st.lists(FACTS, max_size=12), st.integers(1, 60), st.integers(1, 60))
def test_a_higher_threshold_never_makes_more_units_owe_an_organisation(
    units: list[dict[str, Any]], one: int, other: int
) -> None:
    summary, _ = compared(FormationRules(key_staff=min(one, other)), FormationRules(key_staff=max(one, other)), units)
    assert summary["then"]["gaps"] <= summary["now"]["gaps"]
    same, changed = compared(NATIONAL, NATIONAL, units)
    assert (same["changed"], changed) == (0, [])


# -- the plan --------------------------------------------------------------------------------------------------------------


def plan(**more: Any) -> AdoptPlan:
    facts = {"uscc": COMPANY, "mode": "joint", "start_on": "2026-11-01", "due_on": "2026-12-31",
             "contact_person_id": "m1", "responsible_id": "c1", "today": TODAY, **more}  # fmt: skip
    return AdoptPlan.model_validate(facts)


def adopted(**more: Any) -> FormationPlanAdopted:
    [event] = FORMATION_PLAN.decide(plan(**more), FORMATION_PLAN.initial)
    assert isinstance(event, FormationPlanAdopted)
    return event


def test_a_plan_is_overdue_when_its_day_in_shanghai_has_passed() -> None:
    event = adopted()
    [timer] = FORMATION_PLAN.timers(event)
    assert timer == ArmTimer("due", datetime(2026, 12, 31, 15, 59, 59, 999999, tzinfo=UTC))
    assert FORMATION_PLAN.on_timer is not None
    due = DueTimer(f"formation-plan-{COMPANY}", "due", timer.due_at, datetime(2027, 1, 1, tzinfo=UTC))
    command = FORMATION_PLAN.on_timer(due)
    [overdue] = FORMATION_PLAN.decide(command, FORMATION_PLAN.fold([event]))
    assert isinstance(overdue, FormationPlanOverdue)
    assert (overdue.uscc, overdue.contact_person_id, overdue.responsible_id) == (COMPANY, "m1", "c1")
    assert FORMATION_PLAN.decide(command, FORMATION_PLAN.fold([event, overdue])) == []


def test_an_organisation_fulfils_the_plan_and_lifts_its_deadline() -> None:
    state = FORMATION_PLAN.fold([adopted()])
    fulfil = FulfilPlan(uscc=COMPANY, organisation_id="o1", mode="single", on=TODAY)
    [event] = FORMATION_PLAN.decide(fulfil, state)
    assert FORMATION_PLAN.timers(event) == [CancelTimer("due")]
    done = FORMATION_PLAN.fold([event], state)
    assert FORMATION_PLAN.decide(CallOverdue(uscc=COMPANY, at=datetime.now(UTC)), done) == []
    assert FORMATION_PLAN.decide(fulfil, FORMATION_PLAN.initial) == []


def test_a_plan_is_adopted_anew_and_the_same_plan_is_not() -> None:
    state = FORMATION_PLAN.fold([adopted()])
    assert FORMATION_PLAN.decide(plan(), state) == []
    [again] = FORMATION_PLAN.decide(plan(due_on="2027-03-31"), state)
    assert isinstance(again, FormationPlanAdopted)
    assert again.revision == 2


@pytest.mark.parametrize("dates", [{"due_on": "2026-10-31"}, {"start_on": "2027-01-01"}])
def test_a_plan_ends_after_it_begins_and_not_in_the_past(dates: dict[str, str]) -> None:
    with pytest.raises(Invalid, match=r"^plan-dates:"):
        adopted(**dates)


def test_only_an_open_plan_is_given_up() -> None:
    abandon = AbandonPlan(uscc=COMPANY, responsible_id="c1", reason="已迁出")
    with pytest.raises(Refused, match=r"^plan-unknown:"):
        FORMATION_PLAN.decide(abandon, FORMATION_PLAN.initial)
    [event] = FORMATION_PLAN.decide(abandon, FORMATION_PLAN.fold([adopted()]))
    assert FORMATION_PLAN.timers(event) == [CancelTimer("due")]
