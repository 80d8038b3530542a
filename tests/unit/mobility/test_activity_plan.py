"""年度活动计划 of two organisations as one paper (domain N16)."""

from datetime import date
from typing import Any, Final

from services.mobility.domain.activity_plan.decider import (
    ACTIVITY_PLAN,
    ActivityPlanAnswered,
    ActivityPlanProposed,
    AnswerPlan,
    ProposePlan,
    plan_id_of,
)
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import at

ITEM: Final[dict[str, Any]] = {
    "planned_on": date(2026, 3, 5), "minutes": 40, "theme": "学雷锋", "way": "service",
    "place": {"area_code": "441900", "place": "虎门镇"},
}  # fmt: skip


def proposes(by: str = "c2", partner: str = "b2", **changed: Any) -> ProposePlan:
    said = {"plan_id": "p1", "body_id": by, "partner_id": partner, "year": 2026, "aims": "每季一次",
            "items": [ITEM, ITEM | {"planned_on": date(2026, 6, 1)}], "proposed_at": at(0)}  # fmt: skip
    return ProposePlan.model_validate(said | changed)


def answers(agreed: bool, by: str = "b2", text: str | None = None) -> AnswerPlan:
    return AnswerPlan(agreed=agreed, text=text, answered_by=by, answered_at=at(2))


def test_both_have_one_paper_for_a_year_whoever_of_them_proposes_it() -> None:
    assert plan_id_of("b2", "c2", 2026) == plan_id_of("c2", "b2", 2026) != plan_id_of("b2", "c2", 2027)
    given(ACTIVITY_PLAN).when(proposes()).then(ActivityPlanProposed)
    given(ACTIVITY_PLAN, proposes()).when(proposes(proposed_at=at(1))).then_nothing()
    given(ACTIVITY_PLAN, proposes()).when(proposes(aims="每月一次")).then(ActivityPlanProposed)
    given(ACTIVITY_PLAN, proposes()).when(proposes("b2", "c2")).then_refused("plan-awaits-answer")
    agreed = given(ACTIVITY_PLAN, proposes()).when(answers(True)).then(ActivityPlanAnswered)
    assert agreed.proposed is not None
    assert len(set(agreed.proposed.activity_ids)) == 2
    given(ACTIVITY_PLAN, proposes(), answers(True)).when(answers(True)).then_nothing()
    given(ACTIVITY_PLAN, proposes(), answers(True)).when(proposes()).then_nothing()
    given(ACTIVITY_PLAN, proposes(), answers(True)).when(proposes(aims="x")).then_refused("plan-agreed")


def test_who_does_not_agree_says_why_and_either_may_propose_another() -> None:
    given(ACTIVITY_PLAN, proposes()).when(answers(False)).then_refused("text-missing")
    refused = given(ACTIVITY_PLAN, proposes(), answers(False, text="农忙"))
    refused.when(answers(True)).then_refused("answered-already")
    for by, partner in (("c2", "b2"), ("b2", "c2")):
        assert refused.when(proposes(by, partner)).then(ActivityPlanProposed).answered is None


def test_a_plan_that_cannot_be_is_refused() -> None:
    given(ACTIVITY_PLAN).when(answers(True)).then_refused("plan-unknown")
    given(ACTIVITY_PLAN, proposes()).when(answers(True, by="c2")).then_refused("not-the-partner")
    given(ACTIVITY_PLAN).when(proposes(partner="c2")).then_refused("partner-is-body")
    outside = given(ACTIVITY_PLAN).when(proposes(items=[ITEM, ITEM | {"planned_on": date(2027, 1, 1)}]))
    outside.then_refused("outside-the-year")
    assert outside.error is not None
    assert outside.error.where == "items.1.planned_on"
