"""Public events of assessment: who assesses whom, and the quarterly results of instructors."""

from datetime import date, datetime

from shared.contracts.audit import Anchored
from shared.contracts.base import PublicEvent


class AssessmentEvent(PublicEvent, service="assessment"):
    """A fact that assessment owns."""


class RosterUpdated(AssessmentEvent, aggregate="roster", key="member_id"):
    """The branch and the instructors who assess a member changed because the member moved; cites the relocation."""

    member_id: str
    relocation_id: str
    from_branch_id: str
    to_branch_id: str
    instructor_ids: tuple[str, ...]
    updated_at: datetime


class QuarterOpened(AssessmentEvent, aggregate="quarter", key="quarter"):
    """A 季度综合评价 began: the rule set and the instructors it covers are frozen here."""

    quarter: str
    rule_set_id: str
    rule_set_version: int
    instructor_ids: tuple[str, ...]
    closes_on: date


class AssessmentScored(AssessmentEvent, aggregate="quarterly-assessment", key="instructor_id"):
    """One instructor's quarter was scored, item by item."""

    quarter: str
    instructor_id: str
    scores: dict[str, float]
    total: float
    scored_at: datetime


class AssessmentPublished(AssessmentEvent, aggregate="quarter", key="quarter"):
    """The results of a quarter were published; who had none is said too."""

    quarter: str
    rule_set_id: str
    rule_set_version: int
    results: dict[str, float]
    unscored: tuple[str, ...]
    published_at: datetime


class AuditAnchored(Anchored, service="assessment", aggregate="audit", key="chain"):
    """The audit trail of assessment reaches to that record; whoever keeps this event can tell when the trail is shortened."""
