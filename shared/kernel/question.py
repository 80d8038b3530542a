"""提请决定: something is put to a named body, which decides by a time. Nobody and nothing decides instead of it.

When it has not, its superior hears of it, and the question stays with the body (domain §1.4, §5.3). One value for all that
is proposed: stopping a membership, founding a temporary branch, a nomination.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.kernel.errors import Refused

SILENCE: Final = timedelta(days=8)
"""So long after its due time the superior hears of it (domain §5.3)."""


@dataclass(frozen=True, slots=True)
class Question:
    """An open question. `overdue`: the superior knows."""

    body_id: str
    due_at: datetime
    superior_id: str | None = None
    overdue: bool = False

    def check_body(self, organisation_id: str) -> None:
        """Errors (`Refused`): `not-the-body`."""
        if organisation_id != self.body_id:
            body = self.body_id
            raise Refused("not-the-body", f"{body} was asked, and decides", remedy=f"let {body} decide", where="by")

    def silent(self, timer_due_at: datetime) -> bool:
        """Whether a timer set for that time tells something new: the body is silent, and nobody was told so yet."""
        return not self.overdue and timer_due_at == silence_at(self.due_at)

    @property
    def told(self) -> dict[str, object]:
        """What the superior is told. A body that nobody stands above is told itself."""
        return {"body_id": self.body_id, "superior_id": self.superior_id or self.body_id, "due_at": self.due_at}


def silence_at(due_at: datetime) -> datetime:
    """When silence about a question due then goes to the superior."""
    return due_at + SILENCE
