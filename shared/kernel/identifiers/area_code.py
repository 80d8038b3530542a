"""行政区划代码: the six-digit code of an administrative area (GB/T 2260, domain §3.1): province, prefecture, county.

Only the structure is a rule. The table behind the names is an extract, and codes are added and withdrawn: a well-formed
code that it lacks is an area whose name we do not know.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import WithJsonSchema

from shared.kernel.errors import Invalid
from shared.kernel.identifiers.area_table import AREAS, PROVINCE_PREFIXES, Area
from shared.kernel.identifiers.field import checked_by

_SHAPE = re.compile(r"[0-9]{6}")


class AreaLevel(StrEnum):
    """The step of the hierarchy that a code stands on."""

    PROVINCE = "province"
    """省、自治区、直辖市."""
    PREFECTURE = "prefecture"
    """地级市、自治州."""
    COUNTY = "county"
    """县、县级市、市辖区."""


def parse(text: str) -> str:
    """The six digits without blanks around them.

    Errors (`Invalid`): `bad-area-code`, for anything but six digits under a province, and for a county without a
    prefecture.
    """
    code = text.strip()
    if not _SHAPE.fullmatch(code):
        raise Invalid("bad-area-code", "an area code is six digits", remedy="use the six-digit code of GB/T 2260")
    if code[:2] not in PROVINCE_PREFIXES or (code[2:4] == "00" and code[4:] != "00"):
        raise Invalid(
            "bad-area-code",
            f"no area can have the code {code}: the first two digits name a province, the next two a prefecture",
            remedy="use the six-digit code of GB/T 2260",
        )
    return code


def level(code: str) -> AreaLevel:
    """The level of a canonical code."""
    if code.endswith("0000"):
        return AreaLevel.PROVINCE
    return AreaLevel.PREFECTURE if code.endswith("00") else AreaLevel.COUNTY


def province(code: str) -> str:
    """The code of the province (省) around a canonical code, or that code itself."""
    return f"{code[:2]}0000"


def prefecture(code: str) -> str | None:
    """The code of the prefecture (地级市) around a canonical code, or that code itself; None for a province."""
    return None if level(code) is AreaLevel.PROVINCE else f"{code[:4]}00"


def is_within(area: str, ancestor: str) -> bool:
    """Whether `area` is `ancestor` or lies in it; both canonical, known or not."""
    significant = {AreaLevel.PROVINCE: 2, AreaLevel.PREFECTURE: 4, AreaLevel.COUNTY: 6}[level(ancestor)]
    return area[:significant] == ancestor[:significant]


def lookup(code: str) -> Area | None:
    """The area with this canonical code, with its dates and its successor; None if the extract lacks it."""
    return AREAS.get(code)


def name(code: str) -> str | None:
    """The area's own name, such as `武陵区`; None if the extract lacks it."""
    area = lookup(code)
    return area.name if area else None


def full_name(code: str) -> str | None:
    """The name with those of the areas around it, such as `湖南省常德市武陵区`; None if the extract lacks the area."""
    if name(code) is None:
        return None
    around = dict.fromkeys((province(code), prefecture(code) or code, code))
    return "".join(name(each) or "" for each in around)


def counties(ancestor: str, on: date) -> tuple[str, ...]:
    """The known counties of a province or prefecture that were in use on that day, in the order of their codes."""
    return tuple(
        code
        for code, area in AREAS.items()
        if level(code) is AreaLevel.COUNTY and is_within(code, ancestor) and area.is_valid_on(on)
    )


AreaCode = Annotated[
    str,
    checked_by(parse),
    WithJsonSchema({"type": "string", "title": "行政区划代码", "pattern": "^[1-8][0-9]{5}$"}),
]
"""A field that holds a well-formed code, known by name or not."""
