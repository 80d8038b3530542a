"""What a decision about one instructor's assessment needs to know."""

from dataclasses import dataclass

from services.assessment.domain.quarterly_assessment.events import AssessmentScored


@dataclass(frozen=True, slots=True)
class AssessmentState:
    """Every scoring in its order; the last one counts. Unscored while there is none."""

    scorings: tuple[AssessmentScored, ...] = ()
    is_sealed: bool = False

    @property
    def current(self) -> AssessmentScored | None:
        return self.scorings[-1] if self.scorings else None
