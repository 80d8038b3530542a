"""Where a lost contact stands, and when what comes up about it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from services.mobility.domain.lost_contact.events import ContactLost, LossProposed
from shared.kernel.calendar import add_months, start_of_day
from shared.kernel.errors import NotFound
from shared.kernel.question import Question

STOP_AFTER_MONTHS: Final = 6
REMOVE_AFTER_MONTHS: Final = 24
"""Without contact, and after a stop (domain §1.4)."""

Status = Literal["searching", "stopped", "removed", "cancelled", "back", "ended"]


@dataclass(frozen=True, slots=True)
class Loss:
    """One member's lost contact; a later one replaces it. `next_at`: when a proposal is made if nobody is found."""

    lost: ContactLost | None = None
    status: Status = "back"
    next_at: datetime | None = None
    proposed: LossProposed | None = None
    overdue: bool = False
    searches: frozenset[str] = frozenset()
    stopped_on: date | None = None

    @property
    def known(self) -> ContactLost:
        """Errors: `loss-unknown`."""
        if self.lost is None:
            raise NotFound("loss-unknown", "no lost contact is recorded", remedy="check the member's id")
        return self.lost

    @property
    def out_of_contact(self) -> bool:
        """Until the member is found, restored, taken in somewhere, or on no roll any more."""
        return self.status not in ("back", "ended")

    @property
    def question(self) -> Question | None:
        """What the body has to decide, if anything."""
        if self.proposed is None:
            return None
        return Question(self.proposed.body_id, self.proposed.due_at, self.known.superior_id, self.overdue)


def stop_at(lost: ContactLost) -> datetime:
    """When stopping the membership is proposed."""
    return start_of_day(add_months(lost.lost_since, STOP_AFTER_MONTHS))
