"""The words of assessment that several aggregates use, and the shapes of their fields."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x20\x7f]+$")]

Points = Annotated[Decimal, Field(max_digits=7, decimal_places=2)]
"""Points (分), to the hundredth. Decimal, because sums of tenths decide who is above a threshold and floats miss it."""

Weight = Annotated[Decimal, Field(gt=0, max_digits=5, decimal_places=3)]
"""What a point of an item counts for in the total, 1 unless the rule set says otherwise (权重)."""


class RuleItem(BaseModel):
    """One line of a rubric (评分项): at most `max_score` points, each worth `weight` in the total.

    It is part of events, so unknown fields of a newer writer are ignored; `ItemGiven` refuses them in commands.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    title: Annotated[str, Field(min_length=1, max_length=200)]
    max_score: Annotated[Points, Field(gt=0)]
    weight: Weight = Decimal(1)


def full_score(items: tuple[RuleItem, ...]) -> Decimal:
    """The most that can be reached (满分): Σ max_score × weight."""
    return sum((item.max_score * item.weight for item in items), Decimal(0))
