"""Working days with public holidays, and with the weekends that are worked in exchange (放假调休)."""

from datetime import date, timedelta

import pytest

from shared.kernel.calendar import add_working_days
from shared.kernel.holidays import ARRANGEMENTS, is_working_day


@pytest.mark.parametrize(
    ("day", "days", "later"),
    [
        (date(2025, 1, 27), 1, date(2025, 2, 5)),  # 春节: a week and a day
        (date(2025, 2, 6), 2, date(2025, 2, 8)),  # the Saturday after it is worked
        (date(2025, 9, 30), 3, date(2025, 10, 11)),  # 国庆 and 中秋, and the Saturday after
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # the Saturday before 春节
        (date(2026, 2, 14), 1, date(2026, 2, 24)),
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # a Sunday
        (date(2026, 4, 30), 15, date(2026, 5, 25)),
        (date(2025, 12, 31), 1, date(2026, 1, 4)),  # over the turn of the year
        (date(2031, 9, 30), 1, date(2031, 10, 1)),  # nothing is announced: Monday to Friday
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
    ],
)
def test_working_days_are_counted_as_they_were_announced(day: date, days: int, later: date) -> None:
    assert add_working_days(day, days) == later


def test_every_notice_fits_its_year() -> None:
    for year, one in ARRANGEMENTS.items():
        off = {first + timedelta(days=n) for first, last in one.off for n in range((last - first).days + 1)}
        assert {day.year for day in off | one.worked} == {year}
        assert f"{year}年" in one.document
        assert not off & one.worked
        assert all(day.weekday() >= 5 for day in one.worked), "only a weekend is worked in exchange"
        # Weekdays off beyond the thirteen of the law (since 2025) are paid for with a weekend: none comes from nowhere.
        assert len([day for day in off if day.weekday() < 5]) - len(one.worked) == 13


def test_a_day_in_exchange_is_worked_and_a_holiday_is_not() -> None:
    assert is_working_day(date(2026, 10, 10))
    assert not is_working_day(date(2026, 10, 7))
    assert is_working_day(date(2026, 10, 8))
