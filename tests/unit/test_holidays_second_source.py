"""Our table of public holidays against one that others keep: a slip of memory or of the pen in either would show."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from shared.kernel.holidays import ARRANGEMENTS, is_working_day


@pytest.mark.parametrize("year", ARRANGEMENTS)
def test_every_day_of_a_year_is_what_the_second_source_says(year: int) -> None:
    first = date(year, 1, 1)
    days = [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]

    differing = [day.isoformat() for day in days if is_working_day(day) != chinese_calendar.is_workday(day)]

    assert differing == []
