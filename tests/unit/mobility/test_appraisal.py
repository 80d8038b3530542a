"""双向评议 (domain N13): both ends appraise a member's year, blind; the member appraises both; a body decides."""

from typing import Any

from services.mobility.domain.appraisal.commands import (
    Appraise,
    AppraiseBody,
    DecideAppraisal,
    MarkAppraisalOverdue,
    OpenAppraisal,
)
from services.mobility.domain.appraisal.decider import APPRAISAL
from services.mobility.domain.appraisal.events import (
    AppraisalDecided,
    AppraisalOpened,
    AppraisalOverdue,
    BodyAppraised,
    BothAppraised,
    SideAppraised,
)
from shared.kernel.question import silence_at
from shared.kernel.timer import ArmTimer, CancelTimer
from tests.support.sealed_words import sealed_words
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0, at

STANDARD = {"form_id": "f1", "form_version": 2, "items": [
    {"item_id": one, "text": one, "options": ["好", "差"], "aspect": one} for one in ("standard", "demand", "goal")
]}  # fmt: skip
OF_BODIES = {"form_id": "f2", "form_version": 1, "items": [{"item_id": "help", "text": "?", "options": ["好", "差"]}]}
WELL = {"standard": "好", "demand": "好", "goal": "差"}


def opens(**changed: Any) -> OpenAppraisal:
    sides = [{"role": "origin", "organisation_id": "b1", "superior_id": "c1"},
             {"role": "station", "organisation_id": "c2", "superior_id": "k1"}]  # fmt: skip
    said = {"appraisal_id": f"d1.{T0.year}", "care_id": "d1", "member_id": "m1", "year": T0.year, "standard": STANDARD,
            "of_bodies": OF_BODIES, "sides": sides, "body_id": "c1", "superior_id": "k1", "since_year": T0.year,
            "due_at": at(30), "opened_by": "b1", "opened_at": T0}  # fmt: skip
    return OpenAppraisal.model_validate(said | changed)


def says(role: str = "origin", by: str = "b1", **changed: Any) -> Appraise:
    said = {"role": role, "grade": "qualified", "answers": WELL, "text": sealed_words("按时参加组织生活"), "appraised_by": by,
            "person_id": "p", "appraised_at": at(5), "decide_by": at(35)}  # fmt: skip
    return Appraise.model_validate(said | changed)


def member_says(role: str = "station", by: str = "b1", **changed: Any) -> AppraiseBody:
    return AppraiseBody.model_validate(
        {"role": role, "answers": {"help": "好"}, "entered_by": by, "said_at": at(6)} | changed
    )


def decides(**changed: Any) -> DecideAppraisal:
    said = {
        "grade": "qualified",
        "text": sealed_words("同意"),
        "decided_by": "c1",
        "person_id": "q",
        "decided_at": at(9),
    }
    return DecideAppraisal.model_validate(said | changed)


BOTH = (opens(), says(), says("station", "c2"))


def test_a_year_is_opened_once_in_its_time() -> None:
    given(APPRAISAL).when(opens()).then(AppraisalOpened)
    given(APPRAISAL, opens()).when(opens(opened_at=at(1), opened_by="c1")).then_nothing()
    given(APPRAISAL, opens()).when(opens(standard=STANDARD | {"form_version": 3})).then_refused("appraisal-exists")
    given(APPRAISAL).when(opens(year=T0.year + 1)).then_refused("year-not-begun")
    given(APPRAISAL).when(opens(since_year=T0.year + 1)).then_refused("year-before-care")
    given(APPRAISAL).when(opens(due_at=T0)).then_refused("due-too-early")
    given(APPRAISAL).when(says()).then_refused("appraisal-unknown")


def test_each_side_speaks_for_itself_by_the_whole_standard() -> None:
    given(APPRAISAL, opens()).when(says()).then(SideAppraised)
    given(APPRAISAL, opens()).when(says(by="c2")).then_refused("not-your-side")
    given(APPRAISAL, opens()).when(says(by="c1")).then_refused("not-your-side")
    given(APPRAISAL, opens()).when(says("destination", "b2")).then_refused("not-a-side")
    given(APPRAISAL, opens()).when(says(answers={"goal": "好"})).then_refused("item-unanswered")
    given(APPRAISAL, opens()).when(says(answers=WELL | {"goal": "中"})).then_refused("not-an-option")
    given(APPRAISAL, opens(), says()).when(says(appraised_at=at(6))).then_nothing()
    corrected = given(APPRAISAL, opens(), says()).when(says(grade="excellent")).then(SideAppraised)
    assert corrected.sides["origin"].grade == "excellent"
    given(APPRAISAL, opens(), says()).when(says("station", "c2")).then(SideAppraised, BothAppraised)
    given(APPRAISAL, *BOTH).when(says(grade="excellent")).then_refused("appraised-already")


def test_there_is_no_result_without_both_sides_and_none_that_nobody_decided() -> None:
    given(APPRAISAL, opens()).when(decides()).then_refused("side-missing")
    given(APPRAISAL, opens(), says()).when(decides()).then_refused("side-missing")
    given(APPRAISAL, *BOTH).when(decides(decided_by="b1")).then_refused("not-the-body")
    state = given(APPRAISAL, *BOTH).when(decides(grade="basically_qualified")).then(AppraisalDecided)
    assert state.decided is not None
    assert state.decided.grade == "basically_qualified", "the body's own, not one that is computed from the sides"
    given(APPRAISAL, *BOTH, decides()).when(decides(decided_at=at(10))).then_nothing()
    given(APPRAISAL, *BOTH, decides()).when(decides(grade="excellent")).then_refused("decided-already")


def test_what_the_member_says_of_a_side_is_not_entered_by_it() -> None:
    given(APPRAISAL, opens()).when(member_says()).then(BodyAppraised)
    given(APPRAISAL, opens()).when(member_says(by="c2")).then_refused("about-yourself")
    given(APPRAISAL, opens()).when(member_says(role="origin", by="b1")).then_refused("about-yourself")
    given(APPRAISAL, opens()).when(member_says(answers={"other": "好"})).then_refused("item-unknown")
    given(APPRAISAL, opens(), member_says()).when(member_says(by="c1")).then_nothing()
    given(APPRAISAL, opens(), member_says()).when(member_says(answers={"help": "差"})).then(BodyAppraised)
    given(APPRAISAL, *BOTH, decides()).when(member_says()).then_refused("decided-already")


def test_a_silent_side_is_told_of_to_its_superior_who_may_then_speak_for_it() -> None:
    opened = given(APPRAISAL).when(opens()).events[0]
    silence = silence_at(at(30))
    assert APPRAISAL.timers(opened) == [
        ArmTimer("appraisal-silence.origin", silence), ArmTimer("appraisal-silence.station", silence),
    ]  # fmt: skip
    late = MarkAppraisalOverdue(turn="station", due_at=silence)
    outcome = given(APPRAISAL, opens(), says()).when(late)
    outcome.then(AppraisalOverdue)
    [overdue] = outcome.events
    assert isinstance(overdue, AppraisalOverdue)
    assert (overdue.body_id, overdue.superior_id) == ("c2", "k1")
    given(APPRAISAL, opens(), says(), late).when(late).then_nothing()
    given(APPRAISAL, *BOTH).when(late).then_nothing()
    given(APPRAISAL, opens(), says(), late).when(says("station", "c1")).then_refused("not-your-side")
    instead = given(APPRAISAL, opens(), says(), late).when(says("station", "k1"))
    instead.then(SideAppraised, BothAppraised)
    given(APPRAISAL, opens(), says(), late, says("station", "k1")).when(says("station", "k1")).then_nothing()
    said, both = instead.events
    assert APPRAISAL.timers(said) == [CancelTimer("appraisal-silence.station")]
    assert APPRAISAL.timers(both) == [ArmTimer("appraisal-silence.body", silence_at(at(35)))]


def test_a_body_that_does_not_decide_is_told_of_as_well() -> None:
    late = MarkAppraisalOverdue(turn="body", due_at=silence_at(at(35)))
    outcome = given(APPRAISAL, *BOTH).when(late)
    outcome.then(AppraisalOverdue)
    [overdue] = outcome.events
    assert isinstance(overdue, AppraisalOverdue)
    assert (overdue.turn, overdue.body_id, overdue.superior_id) == ("body", "c1", "k1")
    given(APPRAISAL, *BOTH, decides()).when(late).then_nothing()
