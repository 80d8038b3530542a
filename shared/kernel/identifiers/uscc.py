"""统一社会信用代码: the unified social credit code of an organisation (GB 32100-2015, domain §3.1).

Eighteen characters: registering authority (1), category within it (2), the authority's area (3-8), subject (9-17),
check character (18). The area is where it was *registered*; it never says where the organisation operates.
"""

import re
from enum import StrEnum
from operator import mul
from typing import Annotated

from pydantic import WithJsonSchema

from shared.kernel.errors import Invalid
from shared.kernel.identifiers.field import checked_by

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters in the order of their values; I, O, Z, S and V are left out because they are misread."""

LENGTH = 18

_MODULUS = len(ALPHABET)
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, position, _MODULUS) for position in range(LENGTH - 1))
_AREA = slice(2, 8)
_SHAPE = re.compile(f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")


class UsccKind(StrEnum):
    """What the first two characters say about the organisation."""

    ENTERPRISE = "enterprise"
    """企业: registered by market regulation (9), everything but 92."""
    SOLE_TRADER = "sole_trader"
    """个体工商户: 92."""
    SOCIAL_ORGANISATION = "social_organisation"
    """社会组织: registered by civil affairs (5)."""
    OTHER = "other"
    """Every other authority: public institutions, law firms, religious venues, villages' collectives and so on."""


def check_character(body: str) -> str:
    """The 18th character for the 17 before it, of value (31 - Σ vᵢ·3ⁱ mod 31) mod 31: a sum of zero gives `0`.

    31 is prime and 3 generates all its residues: every single wrong character is caught, and every swap of two
    different characters but that of the 1st with the 18th, whose weights are equal.
    """
    if len(body) != len(_WEIGHTS):
        raise ValueError(f"the body of a code has {len(_WEIGHTS)} characters")
    total = sum(map(mul, map(_VALUES.__getitem__, body), _WEIGHTS))
    return ALPHABET[-total % _MODULUS]


def parse(text: str) -> str:
    """The code in canonical form: upper case, without blanks around it.

    Errors (`Invalid`): `bad-uscc-length`, `bad-uscc-character`, `bad-uscc-check-digit`.
    """
    code = text.strip()
    if code.isascii():  # other scripts have letters whose upper case is a Latin one, or two
        code = code.upper()
    if len(code) != LENGTH:
        raise Invalid(
            "bad-uscc-length",
            f"a unified social credit code has {LENGTH} characters, this has {len(code)}",
            remedy="copy all 18 characters from the licence or registration certificate",
        )
    # A list has a hundred thousand of them; which character is wrong has to be found only where one is.
    for position, character in () if _SHAPE.fullmatch(code) else enumerate(code):
        in_area = _AREA.start <= position < _AREA.stop
        if character not in ALPHABET or (in_area and not "0" <= character <= "9"):
            allowed = "the digits 0-9" if in_area else "0-9 and A-Z without I, O, Z, S and V"
            raise Invalid(
                "bad-uscc-character",
                f"character {position + 1} of the unified social credit code may only be one of {allowed}",
                remedy="compare that character with the certificate: 0 and O, 1 and I, 2 and Z, 5 and S look alike",
            )
    if code[-1] != check_character(code[:-1]):
        raise Invalid(
            "bad-uscc-check-digit",
            "the last character of the unified social credit code does not fit the 17 before it",
            remedy="one character is wrong or two are swapped: compare all 18 with the certificate",
        )
    return code


def make(prefix: str, area: str, subject: str) -> str:
    """The complete code for an authority with category (`91`), the area of registration and a nine-character subject.

    Raises `Invalid` as `parse` does.
    """
    body = f"{prefix}{area}{subject}".upper()
    known = len(body) == LENGTH - 1 and all(character in ALPHABET for character in body)
    return parse(body + check_character(body) if known else f"{body}0")


def kind(code: str) -> UsccKind:
    """The kind that a canonical code belongs to."""
    if code.startswith("92"):
        return UsccKind.SOLE_TRADER
    by_authority = {"5": UsccKind.SOCIAL_ORGANISATION, "9": UsccKind.ENTERPRISE}
    return by_authority.get(code[0], UsccKind.OTHER)


def registering_area(code: str) -> str:
    """The area of the registering authority of a canonical code (`100000` for a national one); not a territory."""
    return code[_AREA]


Uscc = Annotated[
    str,
    checked_by(parse),
    WithJsonSchema({"type": "string", "title": "统一社会信用代码", "pattern": r"^[0-9A-HJ-NP-RTUW-Y]{18}$"}),
]
"""A field that holds a canonical code."""
