"""公民身份号码: the resident identity number (GB 11643-1999, domain §3.1).

Eighteen characters: address (1-6), birth date (7-14), sequence with odd numbers for men (15-17), check character (18,
ISO 7064 MOD 11-2). The address names the county of first registration under the table of its day; counties come and go,
so it is never looked up. The number is an attribute of a person, not a key: corrections happen.

No error of this module repeats any part of the number.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import WithJsonSchema

from shared.kernel.errors import Invalid
from shared.kernel.identifiers.field import checked_by

LENGTH = 18

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_CHECK_CHARACTERS = "10X98765432"
_WEIGHTS = tuple(pow(2, LENGTH - 1 - position, 11) for position in range(LENGTH - 1))


class Sex(StrEnum):
    """性别, as the sequence number tells it."""

    MALE = "male"
    FEMALE = "female"


def check_character(body: str) -> str:
    """The 18th character for the 17 digits before it.

    11 is prime: every single wrong character is caught, and every swap of two different characters unless they stand
    ten places apart, where the weights repeat.
    """
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def parse(text: str, *, today: date | None = None) -> str:
    """The number in canonical form: without blanks around it, `X` in upper case.

    `today` is the day (in Asia/Shanghai) after which nobody can have been born yet; without it only the calendar is
    checked, because a kernel function has no clock of its own.

    Errors (`Invalid`): `bad-resident-id-length`, `bad-resident-id-character`, `bad-resident-id-check-digit`,
    `bad-resident-id-birth-date`.
    """
    number = text.strip().replace("x", "X")
    if len(number) != LENGTH:
        raise Invalid(
            "bad-resident-id-length",
            f"a resident identity number has {LENGTH} characters, this has {len(number)}",
            remedy="use the 18-character number of the present identity card, not the old one of 15",
        )
    if not _SHAPE.fullmatch(number):
        raise Invalid(
            "bad-resident-id-character",
            "a resident identity number is 17 digits followed by a digit or X",
            remedy="compare the number with the identity card",
        )
    if number[-1] != check_character(number[:-1]):
        raise Invalid(
            "bad-resident-id-check-digit",
            "the last character of the resident identity number does not fit the 17 before it",
            remedy="one character is wrong or two are swapped: compare all 18 with the identity card",
        )
    try:
        born = birth_date(number)
    except ValueError:
        raise Invalid(
            "bad-resident-id-birth-date",
            "characters 7 to 14 of the resident identity number are not a day of the calendar",
            remedy="compare the number with the identity card",
        ) from None
    if today is not None and born > today:
        raise Invalid(
            "bad-resident-id-birth-date",
            "characters 7 to 14 of the resident identity number are a day that is still to come",
            remedy="compare the number with the identity card",
        )
    return number


def make(address: str, born: date, sequence: int) -> str:
    """The complete number for an address code, a birth date and a sequence number (1 to 999, odd for men).

    For test and demonstration data only; raises `Invalid` as `parse` does.
    """
    body = f"{address}{born:%Y%m%d}{sequence:03d}"
    well_formed = re.fullmatch(r"[0-9]{17}", body)
    return parse(body + check_character(body) if well_formed else f"{body}0")


def birth_date(number: str) -> date:
    """The birth date (出生日期) in a canonical number."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(number: str) -> Sex:
    """The sex (性别) in a canonical number: odd sequence numbers are men's."""
    return Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


ResidentId = Annotated[
    str,
    checked_by(parse),
    WithJsonSchema({"type": "string", "title": "公民身份号码", "pattern": r"^[0-9]{17}[0-9X]$"}),
]
"""A field that holds a canonical number; that the birth date has passed is checked where a clock is at hand."""
