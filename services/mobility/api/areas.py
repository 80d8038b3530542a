"""Areas in queries: a code ends in zeros for all that lies within (350900 is a city, 350000 its province)."""

from typing import Final, Literal

from sqlalchemy import ColumnElement, func

from shared.security.policy import area_prefix

Level = Literal["province", "city", "county"]
DIGITS: Final[dict[Level, int]] = {"province": 2, "city": 4, "county": 6}


def within_area(column: ColumnElement[str], area_code: str) -> ColumnElement[bool]:
    """The code in that column lies within the area."""
    return column.startswith(area_prefix(area_code), autoescape=True)


def at_level(column: ColumnElement[str], level: Level) -> ColumnElement[str]:
    """The code of the province, city or county in which the code of that column lies."""
    return func.rpad(func.left(column, DIGITS[level]), 6, "0")
