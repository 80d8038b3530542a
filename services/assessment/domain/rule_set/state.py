"""What a decision about a rule set needs to know."""

from dataclasses import dataclass
from datetime import date

from services.assessment.domain.rule_set.events import RuleSetAdopted


@dataclass(frozen=True, slots=True)
class RuleSetState:
    """All versions, the first at the front."""

    versions: tuple[RuleSetAdopted, ...] = ()

    @property
    def latest(self) -> int:
        """The number of the newest version; 0 when there is none."""
        return len(self.versions)

    def version(self, number: int) -> RuleSetAdopted | None:
        """That version, if it was adopted."""
        return self.versions[number - 1] if 1 <= number <= self.latest else None

    def in_force_on(self, day: date) -> RuleSetAdopted | None:
        """The version that applies on that day: the newest whose `effective_from` has come."""
        return next((each for each in reversed(self.versions) if each.effective_from <= day), None)
