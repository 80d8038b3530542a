from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.calendar import (
    Quarter,
    add_months,
    capital_numerals,
    end_of_day,
    local_date,
    months_between,
    quarter_of,
    start_of_day,
)
from shared.kernel.errors import Invalid

days = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 3, 15), 1, date(2026, 4, 15)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_months_are_calendar_months_clamped_to_the_end(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


def test_months_of_an_instant_are_counted_in_shanghai() -> None:
    already_february = datetime(2026, 1, 31, 17, tzinfo=UTC)  # 1 February, 01:00 in Shanghai
    assert add_months(already_february, 1) == datetime(2026, 2, 28, 17, tzinfo=UTC)
    still_january = datetime(2026, 1, 31, 15, tzinfo=UTC)  # 31 January, 23:00 in Shanghai
    assert add_months(still_january, 1) == datetime(2026, 2, 28, 15, tzinfo=UTC)


def test_an_instant_stays_one_in_utc_whatever_its_offset() -> None:
    later = add_months(datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-5))), 1)
    assert later == datetime(2026, 2, 1, 5, tzinfo=UTC)
    assert later.tzinfo is UTC


@given(days, st.integers(-600, 600))
def test_months_between_undoes_adding_them(day: date, months: int) -> None:
    assert months_between(day, add_months(day, months)) == months


@given(days, days)
def test_months_between_is_the_most_that_fit(one: date, other: date) -> None:
    months = months_between(one, other)
    assert add_months(one, months) <= other < add_months(one, months + 1)


def test_six_months_are_reached_on_the_clamped_day() -> None:
    assert months_between(date(2026, 8, 31), date(2027, 2, 27)) == 5
    assert months_between(date(2026, 8, 31), date(2027, 2, 28)) == 6


def test_a_day_begins_and_ends_at_midnight_in_shanghai() -> None:
    assert start_of_day(date(2026, 10, 1)) == datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert end_of_day(date(2026, 10, 1)) == datetime(2026, 10, 1, 15, 59, 59, 999_999, tzinfo=UTC)


@given(days)
def test_a_day_is_all_instants_from_its_start_to_its_end(day: date) -> None:
    assert local_date(start_of_day(day)) == local_date(end_of_day(day)) == day
    assert end_of_day(day) + timedelta(microseconds=1) == start_of_day(day + timedelta(days=1))


def test_a_naive_instant_is_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        local_date(naive)
    with pytest.raises(ValueError, match="aware"):
        add_months(naive, 1)


def test_an_instant_is_refused_where_a_day_is_meant() -> None:
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(TypeError, match="local_date"):
        end_of_day(instant)
    with pytest.raises(TypeError, match="local_date"):
        quarter_of(instant)
    with pytest.raises(TypeError, match="local_date"):
        months_between(instant, date(2026, 1, 1))


def test_months_beyond_the_calendar_are_refused() -> None:
    with pytest.raises(ValueError, match="9999"):
        add_months(date(9999, 12, 1), 1)


def test_a_quarter_has_bounds_and_neighbours() -> None:
    quarter = Quarter("2026Q4")
    assert (quarter.year, quarter.number) == (2026, 4)
    assert (quarter.start, quarter.end) == (date(2026, 10, 1), date(2026, 12, 31))
    assert (quarter.previous(), quarter.next()) == (Quarter("2026Q3"), Quarter("2027Q1"))


@given(days)
def test_every_day_lies_in_its_quarter_and_quarters_follow_each_other(day: date) -> None:
    quarter = quarter_of(day)
    assert quarter.start <= day <= quarter.end
    assert quarter.next().start == quarter.end + timedelta(days=1)
    assert quarter.next().previous() == quarter < quarter.next()


@pytest.mark.parametrize("text", ["", "2026", "2026Q0", "2026Q5", "2026q1", "26Q1", "0000Q1", "2026Q1 ", "٢٠٢٦Q1"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        Quarter(text)
    assert caught.value.code == "bad-quarter"


def test_a_quarter_is_a_string_in_json_and_comes_back_as_a_quarter() -> None:
    field = TypeAdapter(Quarter)
    assert field.dump_json(Quarter("2026Q4")) == b'"2026Q4"'
    read = field.validate_json('"2026Q4"')
    assert isinstance(read, Quarter)
    with pytest.raises(ValidationError) as caught:
        field.validate_python("2026Q5")
    assert caught.value.errors()[0]["type"] == "bad-quarter"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "零"),
        (5, "伍"),
        (10, "壹拾"),
        (30, "叁拾"),
        (90, "玖拾"),
        (105, "壹佰零伍"),
        (110, "壹佰壹拾"),
        (200, "贰佰"),
        (1001, "壹仟零壹"),
        (1010, "壹仟零壹拾"),
        (1100, "壹仟壹佰"),
        (9999, "玖仟玖佰玖拾玖"),
    ],
)
def test_letters_state_numbers_in_capital_numerals(number: int, words: str) -> None:
    assert capital_numerals(number) == words


def test_no_two_numbers_are_written_alike() -> None:
    assert len({capital_numerals(number) for number in range(10_000)}) == 10_000


@pytest.mark.parametrize("number", [-1, 10_000])
def test_numbers_that_no_letter_states_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="9999"):
        capital_numerals(number)
