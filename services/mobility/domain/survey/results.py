"""What a survey found, in figures that lead back to nobody."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

from services.mobility.domain.form.items import FormItem

SMALLEST_GROUP: Final = 5
"""Of fewer people who answered nothing is shown: whoever knows them could tell who said what."""

Given = tuple[str, Mapping[str, str]]
"""(branch of the membership, answers)"""


class Counted(BaseModel):
    """What was answered, item by item: how often each option was chosen, and how many said something in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answered: int
    options: dict[str, dict[str, int]]
    words: dict[str, int]


class SurveyResults(BaseModel):
    """As of closing. `total` is None when too few answered; `not_shown` counts the branches of which nothing is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asked: int
    answered: int
    total: Counted | None
    branches: dict[str, Counted]
    not_shown: int


def count(items: Sequence[FormItem], asked: int, given: Sequence[Given]) -> SurveyResults:
    """The results. Words are counted of all together only: two lines of one branch would be two people."""
    sizes = Counter(branch for branch, _ in given)
    shown = _shown(sizes)
    chosen = [item for item in items if item.options]
    return SurveyResults(
        asked=asked,
        answered=len(given),
        total=_counted(items, [answers for _, answers in given]) if len(given) >= SMALLEST_GROUP else None,
        branches={
            branch: _counted(chosen, [answers for one, answers in given if one == branch]) for branch in sorted(shown)
        },
        not_shown=len(sizes) - len(shown),
    )


def _shown(sizes: Mapping[str, int]) -> set[str]:
    """Branches large enough, less so many that what is left out is large enough too: it is the total less the others."""
    ordered = sorted(sizes, key=lambda branch: (sizes[branch], branch))
    hidden = [branch for branch in ordered if sizes[branch] < SMALLEST_GROUP]
    rest = ordered[len(hidden) :]
    while rest and 0 < sum(sizes[branch] for branch in hidden) < SMALLEST_GROUP:
        hidden.append(rest.pop(0))
    return set(rest)


def _counted(items: Iterable[FormItem], given: Sequence[Mapping[str, str]]) -> Counted:
    said = {item.item_id: [answers[item.item_id] for answers in given if item.item_id in answers] for item in items}
    return Counted(
        answered=len(given),
        options={
            item.item_id: {o: said[item.item_id].count(o) for o in item.options} for item in items if item.options
        },
        words={item.item_id: len(said[item.item_id]) for item in items if not item.options},
    )
