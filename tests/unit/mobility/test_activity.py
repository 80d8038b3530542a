"""活动 of members who are away (domain Y24, N16, N17): planned by one organisation or two, held once, cancelled or not."""

from datetime import timedelta
from typing import Any

from services.mobility.domain.activity.decider import (
    ACTIVITY,
    ActivityAnswered,
    ActivityCancelled,
    ActivityHeld,
    ActivityPlanned,
    AnswerActivity,
    CancelActivity,
    PlanActivity,
    RecordActivity,
)
from shared.kernel.calendar import local_date
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0, at

DAY = local_date(at(5))


def plans(**changed: Any) -> PlanActivity:
    said = {"activity_id": "a1", "body_id": "c2", "partner_id": "b2", "planned_on": DAY, "minutes": 45, "theme": "党课",
            "way": "online", "place": {"area_code": "441900", "place": "虎门镇"}, "planned_at": T0}  # fmt: skip
    return PlanActivity.model_validate(said | changed)


def agrees(**changed: Any) -> AnswerActivity:
    return AnswerActivity.model_validate({"agreed": True, "answered_by": "b2", "answered_at": at(1)} | changed)


def holds(**changed: Any) -> RecordActivity:
    said = {"held_on": DAY, "minutes": 40, "member_ids": ("m1", "m2"), "others": 3, "recorded_by": "c2",
            "recorded_at": at(5)}  # fmt: skip
    return RecordActivity.model_validate(said | changed)


def cancels(**changed: Any) -> CancelActivity:
    return CancelActivity.model_validate({"text": "台风", "cancelled_by": "c2", "cancelled_at": at(4)} | changed)


def test_an_activity_is_of_two_organisations_once_the_other_agrees() -> None:
    given(ACTIVITY).when(plans()).then(ActivityPlanned)
    given(ACTIVITY, plans()).when(plans(planned_at=at(1))).then_nothing()
    given(ACTIVITY, plans()).when(plans(theme="else")).then_refused("activity-exists")
    given(ACTIVITY).when(plans(partner_id="c2")).then_refused("partner-is-body")
    given(ACTIVITY).when(agrees()).then_refused("activity-unknown")
    given(ACTIVITY, plans()).when(agrees(answered_by="c2")).then_refused("not-the-partner")
    given(ACTIVITY, plans()).when(agrees(agreed=False)).then_refused("text-missing")
    given(ACTIVITY, plans()).when(agrees(agreed=False, text="不便")).then(ActivityAnswered)
    assert given(ACTIVITY, plans()).when(agrees()).then(ActivityAnswered).joint
    given(ACTIVITY, plans(), agrees()).when(agrees()).then_nothing()
    given(ACTIVITY, plans(), agrees()).when(agrees(agreed=False, text="x")).then_refused("answered-already")


def test_it_is_held_once_by_whoever_it_belongs_to() -> None:
    alone = given(ACTIVITY, plans()).when(holds()).then(ActivityHeld)
    assert alone.held is not None
    assert not alone.held.joint
    given(ACTIVITY, plans()).when(holds(recorded_by="b2")).then_refused("not-your-activity")
    joint = given(ACTIVITY, plans(), agrees()).when(holds(recorded_by="b2")).then(ActivityHeld)
    assert joint.held is not None
    assert joint.held.joint
    given(ACTIVITY, plans()).when(holds(held_on=DAY + timedelta(days=1))).then_refused("held-later")
    given(ACTIVITY, plans(), holds()).when(holds(recorded_at=at(6))).then_nothing()
    given(ACTIVITY, plans(), holds()).when(holds(others=9)).then_refused("held-already")
    given(ACTIVITY, plans(), holds()).when(agrees()).then_refused("held-already")


def test_what_is_cancelled_is_not_held() -> None:
    given(ACTIVITY, plans()).when(cancels()).then(ActivityCancelled)
    given(ACTIVITY, plans(), cancels()).when(cancels(text="else")).then_nothing()
    given(ACTIVITY, plans(), cancels()).when(holds()).then_refused("activity-cancelled")
    given(ACTIVITY, plans(), cancels()).when(agrees()).then_refused("activity-cancelled")
    given(ACTIVITY, plans(), holds()).when(cancels()).then_refused("held-already")
    given(ACTIVITY, plans()).when(cancels(cancelled_by="b2")).then_refused("not-your-activity")
