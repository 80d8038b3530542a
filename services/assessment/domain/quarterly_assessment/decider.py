"""The rules of one instructor's assessment, one stream `assessment-<quarter>-<instructor>` each.

Scores come from people and stay on record with their reasons; nothing is concluded from a total (domain §2.2).
"""

from collections.abc import Sequence
from dataclasses import replace

from services.assessment.domain.quarterly_assessment.commands import (
    AssessmentCommand,
    ScoreInstructor,
    SealAssessment,
)
from services.assessment.domain.quarterly_assessment.events import AssessmentScored, AssessmentSealed
from services.assessment.domain.quarterly_assessment.scoring import check_scores, total_of
from services.assessment.domain.quarterly_assessment.state import AssessmentState
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


def decide(command: AssessmentCommand, state: AssessmentState) -> Sequence[DomainEvent]:
    """Errors: those of `check_scores`, and `instructor-not-covered`, `assessment-sealed`, `reason-required`."""
    match command:
        case ScoreInstructor():
            return _score(command, state)
        case SealAssessment():
            return [] if state.is_sealed else [AssessmentSealed(**command.model_dump())]


def evolve(state: AssessmentState, event: DomainEvent) -> AssessmentState:
    match event:
        case AssessmentScored():
            return replace(state, scorings=(*state.scorings, event))
        case AssessmentSealed():
            return replace(state, is_sealed=True)
        case _:
            return state


def assessment_of(quarter: str, instructor_id: str) -> str:
    """The identity of an instructor's assessment in a quarter."""
    return f"{quarter}-{instructor_id}"


def _score(command: ScoreInstructor, state: AssessmentState) -> Sequence[DomainEvent]:
    if not command.is_covered:
        raise Refused(
            "instructor-not-covered",
            f"the instructor {command.instructor_id} is not covered by {command.quarter}",
            remedy="score the instructors the quarter was opened for",
            where="instructor_id",
        )
    check_scores(command.items, command.scores)
    if state.current and state.current.scores == command.scores:
        return []
    if state.is_sealed:
        raise Refused(
            "assessment-sealed",
            f"the results of {command.quarter} were published",
            remedy="record an objection against the published result instead",
        )
    if state.current and command.reason is None:
        raise Refused(
            "reason-required",
            f"the instructor {command.instructor_id} was scored before in {command.quarter}",
            remedy="say in reason why the score changes",
            where="reason",
        )
    return [
        AssessmentScored(
            quarter=command.quarter,
            instructor_id=command.instructor_id,
            scores=command.scores,
            total=total_of(command.items, command.scores),
            reason=command.reason if state.current else None,
            scored_at=command.scored_at,
        )
    ]


ASSESSMENT: Decider[AssessmentCommand, AssessmentState] = Decider(
    stream_type="assessment",
    initial=AssessmentState(),
    decide=decide,
    evolve=evolve,
    events=(AssessmentScored, AssessmentSealed),
)
