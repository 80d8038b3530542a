"""What a decision about a quarter needs to know."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from services.assessment.domain.vocabulary import RuleItem


@dataclass(frozen=True, slots=True)
class QuarterState:
    """The assessment of one quarter as it stands, with everything that was frozen when it opened."""

    status: Literal["unknown", "open", "published"] = "unknown"
    rule_set_id: str = ""
    rule_set_version: int = 0
    items: tuple[RuleItem, ...] = ()
    instructor_ids: tuple[str, ...] = ()
    closes_on: date = date.min
    results: dict[str, Decimal] = field(default_factory=dict)
