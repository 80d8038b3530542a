"""What a decision about a roster entry needs to know."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RosterState:
    """Who assesses a member: nobody until the first fact arrives. `moved_at` is that of the latest relocation."""

    branch_id: str = ""
    instructor_ids: tuple[str, ...] = ()
    moved_at: datetime | None = None
    relocations: frozenset[str] = frozenset()

    @property
    def is_enrolled(self) -> bool:
        return self.branch_id != ""
