"""What happened to one instructor's assessment."""

from datetime import datetime
from decimal import Decimal

from shared.kernel.event import DomainEvent


class AssessmentScored(DomainEvent):
    """Scored item by item; the latest counts, the earlier ones stay on record. `reason` is why it was scored again."""

    type = "assessment-scored"

    quarter: str
    instructor_id: str
    scores: dict[str, Decimal]
    total: Decimal
    reason: str | None = None
    scored_at: datetime


class AssessmentSealed(DomainEvent):
    """No score is taken any more. Private: others learn it from AssessmentPublished."""

    type = "assessment-sealed"

    quarter: str
    instructor_id: str
    sealed_at: datetime
