"""What happened to a quarter (季度综合评价)."""

from datetime import date, datetime
from decimal import Decimal

from services.assessment.domain.vocabulary import RuleItem
from shared.kernel.event import DomainEvent


class QuarterOpened(DomainEvent):
    """The assessment began. The items are frozen with it; the contract cites them by rule set and version."""

    type = "quarter-opened"

    quarter: str
    rule_set_id: str
    rule_set_version: int
    items: tuple[RuleItem, ...]
    instructor_ids: tuple[str, ...]
    closes_on: date


class AssessmentPublished(DomainEvent):
    """The results were published. Nothing follows for a person by itself: people decide (domain §2.2)."""

    type = "assessment-published"

    quarter: str
    rule_set_id: str
    rule_set_version: int
    results: dict[str, Decimal]
    unscored: tuple[str, ...]
    published_at: datetime
