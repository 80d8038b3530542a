"""What can be asked of one instructor's assessment (党建指导员季度考评)."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from services.assessment.domain.vocabulary import Id, Points, RuleItem
from shared.kernel.calendar import Quarter
from shared.kernel.event import Command


class ScoreInstructor(Command):
    """Score an instructor's quarter, all items at once; again before publication only with a `reason`.

    `items` are those frozen in the quarter and `is_covered` says whether the quarter covers this instructor, both as
    the application read them. `scores` are points by item id.
    """

    quarter: Quarter
    instructor_id: Id
    items: tuple[RuleItem, ...] = Field(min_length=1)
    is_covered: bool
    scores: dict[Id, Points]
    reason: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    scored_at: AwareDatetime


class SealAssessment(Command):
    """Close it for scores because the quarter is being published; scored or not."""

    quarter: Quarter
    instructor_id: Id
    sealed_at: AwareDatetime


AssessmentCommand = ScoreInstructor | SealAssessment
