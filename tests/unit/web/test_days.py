from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.web.days import DayAsked

asked = TypeAdapter(DayAsked)


def test_a_day_is_taken_as_it_is_written() -> None:
    assert asked.validate_python("2026-02-28") == date(2026, 2, 28)
    assert asked.json_schema() == {"format": "date", "type": "string"}


@pytest.mark.parametrize("text", ["0", "-1", "86400", "20260228", "2026-02-30", "2026-2-28", "2026-02-28T00:00:00", ""])
def test_bug_1002_a_number_is_no_day(text: str) -> None:
    """`?as_of=0` was answered with the figures as of 1 January 1970."""
    with pytest.raises(ValidationError):
        asked.validate_python(text)
