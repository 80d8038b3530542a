"""意见建议 (domain N24, Y27): what a member who is away says has an answer, by a named body, in time."""

from typing import Any

from services.mobility.domain.opinion.decider import (
    OPINION,
    OpinionOverdue,
    OpinionReplied,
    OpinionSubmitted,
    SubmitOpinion,
)
from shared.kernel.opinion import MarkOpinionOverdue, ReplyOpinion
from shared.kernel.question import silence_at
from shared.kernel.timer import ArmTimer, CancelTimer
from tests.support.sealed_words import sealed_words
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0, at


def says(**changed: Any) -> SubmitOpinion:
    said = {"opinion_id": "o1", "care_id": "d1", "member_id": "m1", "branch_id": "b1", "body_id": "b1",
            "superior_id": "c1", "kind": "suggestion", "text": sealed_words("电商培训"), "entered_by": "c2", "due_at": at(30),
            "submitted_at": T0}  # fmt: skip
    return SubmitOpinion.model_validate(said | changed)


def answers(**changed: Any) -> ReplyOpinion:
    said = {
        "taken_up": True,
        "text": sealed_words("明年一月开班"),
        "replied_by": "b1",
        "person_id": "p",
        "replied_at": at(9),
    }
    return ReplyOpinion.model_validate(said | changed)


LATE = MarkOpinionOverdue(due_at=silence_at(at(30)))


def test_the_body_that_was_asked_answers_once() -> None:
    given(OPINION).when(says()).then(OpinionSubmitted)
    given(OPINION, says()).when(says(submitted_at=at(1), due_at=at(31))).then_nothing()
    given(OPINION, says()).when(says(text=sealed_words("else"))).then_refused("opinion-exists")
    given(OPINION).when(answers()).then_refused("opinion-unknown")
    given(OPINION, says()).when(answers(replied_by="c2")).then_refused("not-the-body")
    given(OPINION, says()).when(answers()).then(OpinionReplied)
    given(OPINION, says(), answers()).when(answers()).then_nothing()
    given(OPINION, says(), answers()).when(answers(taken_up=False)).then_refused("replied-already")


def test_what_has_no_answer_reaches_the_superior_and_still_waits_for_one() -> None:
    submitted = given(OPINION).when(says()).events[0]
    assert OPINION.timers(submitted) == [ArmTimer("opinion-silence", LATE.due_at)]
    outcome = given(OPINION, says()).when(LATE)
    outcome.then(OpinionOverdue)
    assert outcome.events[0].superior_id == "c1"  # type: ignore[attr-defined]
    given(OPINION, says(), LATE).when(LATE).then_nothing()
    given(OPINION, says(), answers()).when(LATE).then_nothing()
    replied = given(OPINION, says(), LATE).when(answers()).events[0]
    assert OPINION.timers(replied) == [CancelTimer("opinion-silence")]
