"""Months in requests: calendar months of Asia/Shanghai, as half-open spans of instants."""

from datetime import date, datetime

from shared.kernel.calendar import add_months, start_of_day


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """The first instant of a month given as YYYY-MM, and the first one after it."""
    # Where calendars end there is no month before or after: nothing was then, and the neighbours say the same.
    first = min(max(date(int(month[:4]) or 1, int(month[5:]), 1), date(2, 1, 1)), date(9998, 12, 1))
    return start_of_day(first), start_of_day(add_months(first, 1))
