"""What a decision about a member needs to know."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.registry.domain.vocabulary import MembershipEnd, MemberStatus
from shared.kernel.calendar import start_of_day
from shared.kernel.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Move:
    """One completed move: which transfer brought the member from where to where."""

    transfer_id: str
    from_organisation_id: str
    to_organisation_id: str
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class MemberState:
    """A member as they stand.

    `organisation_id` is *the* membership: one field, so it cannot be two, and no event empties it. It is "" only until
    the member is admitted; of one who was taken in elsewhere (`left_on`) it is the last one here. `moves` is the history,
    in the order in which the moves took effect; `came_at` is when the present membership began.
    """

    member_id: str = ""
    organisation_id: str = ""
    status: MemberStatus = "formal"
    admitted_on: date | None = None
    probation_ends_on: date | None = None
    phone: Sealed | None = None
    email: Sealed | None = None
    moves: tuple[Move, ...] = ()
    came_at: datetime | None = None
    party_group_id: str | None = None
    grouped_since: date = date.min
    is_extended: bool = False
    confirmed_on: date | None = None
    left_on: date | None = None
    left_by: str | None = None
    left_for: MembershipEnd | None = None
    erasure_due_at: datetime | None = None
    erasure_forced: bool = False
    is_erased: bool = False

    @property
    def is_admitted(self) -> bool:
        return self.organisation_id != ""

    def nowhere_since(self, day: date) -> datetime | None:
        """The moment from which a member who leaves on that day belongs to nobody here; None: from its beginning."""
        if self.came_at is None or self.came_at < start_of_day(day):
            return None
        return self.came_at + timedelta(microseconds=1)

    def move_by(self, transfer_id: str) -> Move | None:
        """What that transfer did, if it took effect."""
        return next((move for move in self.moves if move.transfer_id == transfer_id), None)
