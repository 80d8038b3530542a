from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.errors import BadRequest
from shared.web.paging import PageRequest, decode_cursor, encode_cursor

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=50)


@given(texts, st.integers(-(2**63), 2**63 - 1), st.datetimes(timezones=st.just(UTC)), st.dates())
def test_a_sort_key_survives_its_cursor(text: str, number: int, instant: datetime, day: date) -> None:
    cursor = encode_cursor("members", (text, number, instant, day))
    assert decode_cursor(cursor, "members", (str, int, datetime, date)) == (text, number, instant, day)


@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda raw: raw.hex()))
def test_a_made_up_cursor_is_refused_and_never_an_error_of_ours(cursor: str) -> None:
    with pytest.raises(BadRequest):
        decode_cursor(cursor, "members", (str, int))


@pytest.mark.parametrize(
    "cursor",
    [
        encode_cursor("others", ("a", 1)),
        encode_cursor("members", ("a",)),
        encode_cursor("members", ("a", 1, 2)),
        encode_cursor("members", (1, 1)),
        encode_cursor("members", ("a", "1")),
        encode_cursor("members", ("a", True)),
        encode_cursor("members", ("a", 2**63)),
        encode_cursor("members", ("a\x00", 1)),
        encode_cursor("members", ("a" * 2000, 1)),
    ],
)
def test_a_cursor_of_another_listing_or_type_is_refused(cursor: str) -> None:
    with pytest.raises(BadRequest) as refused:
        decode_cursor(cursor, "members", (str, int))
    assert refused.value.code == "bad-cursor"


def test_a_time_without_zone_is_refused() -> None:
    cursor = encode_cursor("members", (datetime(2026, 1, 1),))  # noqa: DTZ001
    with pytest.raises(BadRequest):
        decode_cursor(cursor, "members", (datetime,))


@given(st.lists(st.integers(0, 1000), unique=True).map(sorted), st.integers(1, 7))
def test_going_from_page_to_page_meets_every_row_once(rows: list[int], limit: int) -> None:
    met: list[int] = []
    cursor: str | None = None
    while True:
        request = PageRequest(limit, cursor)
        after = request.after("rows", int)
        found = [row for row in rows if after is None or (row,) > after][: limit + 1]
        page = request.page("rows", found, key=lambda row: (row,), item=lambda row: row)
        assert len(page.items) <= limit
        met += page.items
        cursor = page.next
        if cursor is None:
            break
    assert met == rows
