"""What can be asked of a rule set (考核办法)."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from services.assessment.domain.vocabulary import Id, Points, RuleItem
from shared.kernel.event import Command


class ItemGiven(RuleItem):
    """A line as a person enters it: a misspelt `weight` must not silently count as 1."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class AdoptRuleSet(Command):
    """Adopt the next version of a rule set, as a document says it.

    `source_document` names that document (文号 or id), because no version is ours to invent. `full_score` is the total
    the document states (百分制: 100), against which the items are added up: a line lost in typing shows at once.
    """

    rule_set_id: Id
    version: int = Field(ge=1)
    title: Annotated[str, Field(min_length=1, max_length=200)]
    effective_from: date
    items: tuple[ItemGiven, ...] = Field(min_length=1, max_length=200)
    full_score: Annotated[Points, Field(gt=0)] = Decimal(100)
    source_document: Annotated[str, Field(min_length=1, max_length=300)]
    adopted_at: AwareDatetime


RuleSetCommand = AdoptRuleSet
