"""姓名: a person's name, written one way however it was typed (domain §3.1: simplified and traditional both occur)."""

import re
import unicodedata
from typing import Annotated

from pydantic import WithJsonSchema

from shared.kernel.errors import Invalid
from shared.kernel.identifiers.field import checked_by

MAX_LENGTH = 50
MIDDLE_DOT = "·"

_MIDDLE_DOTS = re.compile(r"\s*[·•・･‧∙⋅]\s*")
_BLANKS = re.compile(r"\s+")
_HAN = "〇㐀-鿿\U00020000-\U000323af"
_BLANK_BESIDE_HAN = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def parse(text: str) -> str:
    """The name in its canonical spelling, of 1 to 50 characters.

    Unicode NFC; no blanks around it nor between Han characters (rosters pad short names), single ones elsewhere; any of
    the dots that separate the parts of a transliterated name becomes `·` (U+00B7). Traditional characters stay: they
    are the person's own.

    Errors (`Invalid`): `bad-person-name-character`, `bad-person-name-length`. Neither repeats the name.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(character) in _INVISIBLE for character in name):
        raise Invalid(
            "bad-person-name-character",
            "the name contains a control or invisible character",
            remedy="type the name instead of pasting it",
        )
    name = _MIDDLE_DOTS.sub(MIDDLE_DOT, name)
    name = _BLANK_BESIDE_HAN.sub("", _BLANKS.sub(" ", name))
    if not 1 <= len(name) <= MAX_LENGTH:
        raise Invalid(
            "bad-person-name-length",
            f"a name has 1 to {MAX_LENGTH} characters, this has {len(name)}",
            remedy="give the name as it stands on the identity card",
        )
    return name


def masked(name: str) -> str:
    """The name as it may be shown to strangers: `张*` whether one character follows or three, `*` for a single one."""
    return f"{name[0]}*" if len(name) > 1 else "*"


def has_only_sms_safe_characters(name: str) -> bool:
    """Whether every telephone shows the name and every character counts as one in a text message (domain §3.3).

    Letters of the Basic Multilingual Plane, blanks and `· - '` are safe. Rare characters beyond that plane (many in
    person names) count double in UCS-2 and show as boxes; private-use ones are anything.
    """
    return all(character in "〇·-' " or (character.isalpha() and ord(character) <= 0xFFFF) for character in name)


PersonName = Annotated[
    str,
    checked_by(parse),
    WithJsonSchema({"type": "string", "title": "姓名", "minLength": 1, "maxLength": MAX_LENGTH}),
]
"""A field that holds a canonical name."""
