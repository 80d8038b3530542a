"""One spelling per value, so that the ways people write a number meet in one blind index entry."""

import re
import unicodedata

from shared.kernel.errors import Invalid
from shared.kernel.sealed import PersonalKind

_MIDDLE_DOTS = str.maketrans(dict.fromkeys("•・‧∙⋅.。", "·"))
"""The dot inside 少数民族 names is typed in many ways: 阿依古丽·买买提."""


def normal_form(kind: PersonalKind, value: str) -> str:
    """The canonical spelling: full-width folded, blanks dropped, then what the kind demands.

    Raises `Invalid` when nothing is left: an index entry for *nothing* would match every other empty field.
    """
    text = value
    for _ in range(4):  # folding can bring forth what another step folds (A + ´ becomes Á); two rounds do in practice
        folded = _fold(kind, text)
        if folded == text:
            break
        text = folded
    if not text:
        raise Invalid("nothing-to-index", f"the {kind.value} is empty", remedy="leave the field out instead")
    return text


def _fold(kind: PersonalKind, value: str) -> str:
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", value))
    match kind:
        case PersonalKind.RESIDENT_ID:
            text = text.upper()
        case PersonalKind.PHONE:
            text = _phone(text)
        case PersonalKind.EMAIL:
            text = text.casefold()
        case PersonalKind.NAME:
            text = text.translate(_MIDDLE_DOTS).upper()
    # Control and format characters (zero-width joiners) are invisible on paper and must not tell two people apart.
    return "".join(character for character in text if unicodedata.category(character) not in {"Cc", "Cf", "Cs"})


def _phone(text: str) -> str:
    """Digits only; the mainland prefix is dropped from a mobile number, any other keeps its country code."""
    digits = "".join(character for character in text if character.isdecimal())
    international = text.startswith("+") or digits.startswith("00")
    if international:
        digits = digits.lstrip("0")
    if len(digits) == 13 and digits.startswith("861"):
        return digits[2:]
    return f"+{digits}" if international and digits else digits
