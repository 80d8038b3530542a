"""Months in requests: calendar months of Asia/Shanghai, as half-open spans of instants."""

from datetime import date, datetime

from shared.kernel.calendar import add_months, start_of_day


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """The first instant of a month given as YYYY-MM, and the first one after it."""
    first = date(int(month[:4]) or 1, int(month[5:]), 1)
    return start_of_day(max(first, date(2, 1, 1))), start_of_day(add_months(max(first, date(2, 1, 1)), 1))
