"""Chinese names are looked for by pairs of neighbouring characters: they have no blanks between words (ADR 37)."""

import unicodedata
from operator import add


def folded(text: str) -> str:
    """Without the differences that nobody means: width, case, blanks and punctuation."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def grams(text: str) -> list[str]:
    """All that a part of a folded name can be found by: 党支部 → 党, 支, 部, 党支, 支部."""
    return sorted({*text, *_pairs(text)})


def wanted(part: str) -> list[str]:
    """What a name that holds this part has among its grams."""
    text = folded(part)
    return [text] if len(text) == 1 else sorted(set(_pairs(text)))


def _pairs(text: str) -> list[str]:
    return list(map(add, text, text[1:]))
