"""What happened to a retained relation (组织关系保留, domain T24). The membership itself stays in the roll, unmoved."""

from datetime import date, datetime
from typing import Literal

from shared.kernel.event import DomainEvent

RetentionKind = Literal["graduate", "abroad"]
RetentionDecision = Literal["transferred", "returned", "extended_by_superior", "membership_stopped"]
RetentionLapse = Literal["transferred", "left_the_roll"]


class RetentionEvent(DomainEvent):
    """Every event says which one, whose and where."""

    retention_id: str
    member_id: str
    committee_id: str


class RelationRetained(RetentionEvent):
    """The committee keeps the relation of a graduate or of somebody who went abroad."""

    type = "relation-retained"

    kind: RetentionKind
    since: date
    limit_on: date
    contact_due_at: datetime
    retained_at: datetime


class RetentionContactRecorded(RetentionEvent):
    """There was contact with the member; the next is due half a year later."""

    type = "retention-contact-recorded"

    number: int
    contacted_on: date
    recorded_by: str
    next_due_at: datetime


class RetentionContactOverdue(RetentionEvent):
    """Half a year without contact."""

    type = "retention-contact-overdue"

    due_at: datetime


class RetentionLimitReached(RetentionEvent):
    """The longest time is over. What becomes of the relation is decided by the committee, not by the day."""

    type = "retention-limit-reached"

    kind: RetentionKind
    limit_at: datetime
    decide_by: datetime


class RetentionLapsed(RetentionEvent):
    """Nothing is kept any more: the relation was moved by a transfer, or the membership ended. Nobody had to decide it."""

    type = "retention-lapsed"

    reason: RetentionLapse
    lapsed_at: datetime


class RetentionEnded(RetentionEvent):
    """The committee decided."""

    type = "retention-ended"

    decision: RetentionDecision
    decided_by: str
    reason: str
    decided_on: date
    ended_at: datetime
