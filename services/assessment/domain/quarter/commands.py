"""What can be asked of a quarter (季度综合评价)."""

from datetime import date
from decimal import Decimal

from pydantic import AwareDatetime, Field

from services.assessment.domain.vocabulary import Id, RuleItem
from shared.kernel.calendar import Quarter
from shared.kernel.event import Command


class OpenQuarter(Command):
    """Begin the assessment of a quarter: rule set, items and instructors are frozen as given here (domain §5.4).

    `closes_on` is the last day for scores.
    """

    quarter: Quarter
    rule_set_id: Id
    rule_set_version: int = Field(ge=1)
    items: tuple[RuleItem, ...] = Field(min_length=1)
    instructor_ids: tuple[Id, ...] = Field(min_length=1)
    closes_on: date


class PublishQuarter(Command):
    """Publish the totals by instructor; who is covered and not among them is named as unscored.

    `results` are read from the assessments. Seal each of those (`SealAssessment`) in the same transaction, so that no
    score can slip in between reading and publishing.
    """

    quarter: Quarter
    results: dict[Id, Decimal]
    published_at: AwareDatetime


QuarterCommand = OpenQuarter | PublishQuarter
