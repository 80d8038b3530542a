"""What happened to a rule set (考核办法)."""

from datetime import date, datetime
from decimal import Decimal

from services.assessment.domain.vocabulary import RuleItem
from shared.kernel.event import DomainEvent


class RuleSetAdopted(DomainEvent):
    """A version exists from now on and never changes; assessments cite it by number (domain §4.0 W07)."""

    type = "rule-set-adopted"

    rule_set_id: str
    version: int
    title: str
    effective_from: date
    items: tuple[RuleItem, ...]
    full_score: Decimal
    source_document: str
    adopted_at: datetime
