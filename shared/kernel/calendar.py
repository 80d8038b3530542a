"""The calendar of the field: days, months and quarters in Asia/Shanghai; instants go in and come out aware, in UTC.

Rules count calendar months (`six months away` is not 180 days: domain §1.1 T1, §1.4), and a day ends at midnight in
Shanghai wherever the process runs. Functions of days refuse an instant (TypeError): take its `local_date` first.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self, TypeVar, overload
from zoneinfo import ZoneInfo

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from shared.kernel.errors import Invalid
from shared.kernel.holidays import is_working_day
from shared.kernel.identifiers.field import as_validator

D = TypeVar("D", bound=date)

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""北京时间."""


def local_date(instant: datetime) -> date:
    """The day it is in Shanghai at that instant; ValueError for a naive datetime."""
    return _aware(instant).astimezone(SHANGHAI).date()


def start_of_day(day: date) -> datetime:
    """The first instant of that day."""
    return datetime.combine(_plain(day), time.min, SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The last instant (to the microsecond) of that day: what is valid *through* a day is valid up to here."""
    return datetime.combine(_plain(day), time.max, SHANGHAI).astimezone(UTC)


@overload
def add_months(moment: datetime, months: int) -> datetime: ...
@overload
def add_months(moment: date, months: int) -> date: ...
def add_months(moment: date | datetime, months: int) -> date | datetime:
    """The same day (and local time) that many calendar months later, or the last day of a month that is too short.

    31 August and six months is 28 February. `months` may be negative. ValueError for a naive datetime, and for a result
    outside the years 1 to 9999.
    """
    if isinstance(moment, datetime):
        return _add_months(_aware(moment).astimezone(SHANGHAI), months).astimezone(UTC)
    return _add_months(moment, months)


def add_working_days(day: date, days: int) -> date:
    """The day that many working days (工作日) later, by `shared.kernel.holidays`.

    Of a year whose holidays are not announced yet Mondays to Fridays count: a deadline that reaches into it may come a few
    days early, never late but for a weekend that will be declared a working day.
    """
    _plain(day)
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day


def months_between(earlier: date, later: date) -> int:
    """The whole calendar months from one day to another, the largest n with `add_months(earlier, n) <= later`.

    Negative when `later` comes first. From 31 August to 28 February it is six: the clamped day counts as reached.
    """
    earlier, later = _plain(earlier), _plain(later)
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    last_day = monthrange(later.year, later.month)[1]
    return months if later.day >= min(earlier.day, last_day) else months - 1


class Quarter(str):
    """季度: a calendar quarter in its text form `2026Q4`; it is a string, so it sorts, hashes and serialises as one.

    Errors (`Invalid`): `bad-quarter`.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        if not re.fullmatch(r"[0-9]{4}Q[1-4]", text) or text.startswith("0000"):
            raise Invalid("bad-quarter", "a quarter is a year, Q and 1 to 4", remedy="write it like 2026Q4")
        return super().__new__(cls, text)

    @property
    def year(self) -> int:
        return int(self[:4])

    @property
    def number(self) -> int:
        """1 to 4."""
        return int(self[5])

    @property
    def start(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> date:
        """Its last day."""
        month = 3 * self.number
        return date(self.year, month, monthrange(self.year, month)[1])

    def next(self) -> Self:
        """The quarter after this one."""
        return type(self)(f"{self.year + self.number // 4:04d}Q{self.number % 4 + 1}")

    def previous(self) -> "Quarter":
        """The quarter before this one."""
        return quarter_of(self.start - timedelta(days=1))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(as_validator(cls), core_schema.str_schema())


def quarter_of(day: date) -> Quarter:
    """The quarter that a day lies in."""
    day = _plain(day)
    return Quarter(f"{day.year:04d}Q{(day.month + 2) // 3}")


_NUMERALS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))


def capital_numerals(number: int) -> str:
    """A number from 0 to 9999 in 大写 numerals, as a letter states its validity in days: 30 叁拾, 105 壹佰零伍.

    Source: domain §1.1 T6. ValueError outside that range.
    """
    if not 0 <= number <= 9999:
        raise ValueError("capital numerals are written here for 0 to 9999")
    words = ""
    gap = False
    for unit, name in _UNITS:
        digit = number // unit % 10
        if digit:
            words += (_NUMERALS[0] if gap else "") + _NUMERALS[digit] + name
        gap = bool(words) and not digit
    return words or _NUMERALS[0]


def _add_months(moment: D, months: int) -> D:
    index = moment.year * 12 + moment.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        raise ValueError("outside the years 1 to 9999")
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant must be aware: a naive datetime has no place on the calendar")
    return instant


def _plain(day: date) -> date:
    if isinstance(day, datetime):
        raise TypeError("an instant is not a day: take its local_date first")
    return day
