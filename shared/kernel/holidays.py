"""放假调休: which weekdays are free and which weekends are worked, as the State Council's office announces it year by year.

A year is added when its notice is published, usually in the November before, and never changed afterwards: what was due
was due by what was known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Arrangement:
    """One year's notice: the first and last day of each holiday, and the weekend days that are worked in exchange."""

    document: str
    off: tuple[tuple[date, date], ...]
    worked: frozenset[date]


def _days(year: int, *days: tuple[int, int]) -> tuple[date, ...]:
    return tuple(date(year, month, day) for month, day in days)


def _off(year: int, *spans: tuple[int, int, int, int]) -> tuple[tuple[date, date], ...]:
    return tuple((date(year, m, d), date(year, until_m, until_d)) for m, d, until_m, until_d in spans)


ARRANGEMENTS: Final[Mapping[int, Arrangement]] = {
    2025: Arrangement(
        "国务院办公厅关于2025年部分节假日安排的通知",
        _off(2025, (1, 1, 1, 1), (1, 28, 2, 4), (4, 4, 4, 6), (5, 1, 5, 5), (5, 31, 6, 2), (10, 1, 10, 8)),
        frozenset(_days(2025, (1, 26), (2, 8), (4, 27), (9, 28), (10, 11))),
    ),
    2026: Arrangement(
        "国务院办公厅关于2026年部分节假日安排的通知",
        _off(
            2026,
            (1, 1, 1, 3),
            (2, 15, 2, 23),
            (4, 4, 4, 6),
            (5, 1, 5, 5),
            (6, 19, 6, 21),
            (9, 25, 9, 27),
            (10, 1, 10, 7),
        ),
        frozenset(_days(2026, (1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))),
    ),
}
"""By year: 元旦, 春节, 清明, 劳动节, 端午, 中秋, 国庆; in 2025 中秋 lies within 国庆."""

_OFF: Final = frozenset(
    first + timedelta(days=number)
    for one in ARRANGEMENTS.values()
    for first, last in one.off
    for number in range((last - first).days + 1)
)
_WORKED: Final = frozenset(day for one in ARRANGEMENTS.values() for day in one.worked)


def is_working_day(day: date) -> bool:
    """工作日. Of a year whose notice is not in the table: Monday to Friday."""
    return day in _WORKED or (day.weekday() < 5 and day not in _OFF)
