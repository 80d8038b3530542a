"""Scores against the frozen items of the quarter: each error names the item it is about."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from services.assessment.domain.vocabulary import RuleItem
from shared.kernel.errors import Invalid

HUNDREDTH = Decimal("0.01")


def check_scores(items: tuple[RuleItem, ...], scores: Mapping[str, Decimal]) -> None:
    """Errors (`Invalid`): `unknown-item`, `missing-item`, `negative-score`, `score-above-maximum`."""
    known = {item.id for item in items}
    for item_id in scores:
        if item_id not in known:
            raise _wrong("unknown-item", item_id, "is not in the rule set of this quarter", "leave it out")
    for item in items:
        score = scores.get(item.id)
        if score is None:
            raise _wrong("missing-item", item.id, f"({item.title}) has no score", "score every item, if only with 0")
        if score < 0:
            raise _wrong("negative-score", item.id, f"({item.title}) cannot have {score:f} points", "use 0 or more")
        if score > item.max_score:
            limit = f"{item.max_score:f}"
            raise _wrong(
                "score-above-maximum",
                item.id,
                f"({item.title}) has at most {limit} points, not {score:f}",
                f"use at most {limit}",
            )


def total_of(items: tuple[RuleItem, ...], scores: Mapping[str, Decimal]) -> Decimal:
    """Σ score × weight, rounded half up to the hundredth as people do it on paper."""
    total = sum((scores[item.id] * item.weight for item in items), Decimal(0))
    return total.quantize(HUNDREDTH, ROUND_HALF_UP)


def _wrong(code: str, item_id: str, what: str, remedy: str) -> Invalid:
    return Invalid(code, f"the item {item_id} {what}", remedy=remedy, where=f"scores.{item_id}")
