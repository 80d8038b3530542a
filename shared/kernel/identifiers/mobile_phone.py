"""手机号码: a mobile number of mainland China (domain §3.1).

Stored as eleven digits. Not unique: several members may share one telephone. No error of this module repeats the
number.
"""

import re
from typing import Annotated

from pydantic import WithJsonSchema

from shared.kernel.errors import Invalid
from shared.kernel.identifiers.field import checked_by

_SEPARATORS = re.compile(r"[\s\-‐‑–]")
_SHAPE = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")


def parse(text: str) -> str:
    """The eleven digits, without the country code, blanks and dashes that people write.

    Errors (`Invalid`): `bad-mobile-phone`.
    """
    match = _SHAPE.fullmatch(_SEPARATORS.sub("", text))
    if match is None:
        raise Invalid(
            "bad-mobile-phone",
            "a mobile number is 11 digits and begins with 13 to 19, with or without +86 before it",
            remedy="give a mobile number of the mainland; a landline or a foreign number cannot receive our messages",
        )
    return match[1]


def e164(number: str) -> str:
    """A canonical number with its country code, as gateways want it (E.164)."""
    return f"+86{number}"


def masked(number: str) -> str:
    """A canonical number as it may be shown: `138****5678`."""
    return f"{number[:3]}****{number[-4:]}"


MobilePhone = Annotated[
    str,
    checked_by(parse),
    WithJsonSchema({"type": "string", "title": "手机号码", "pattern": "^1[3-9][0-9]{9}$"}),
]
"""A field that holds a canonical number."""
