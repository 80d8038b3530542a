"""Days in addresses, as ISO 8601 writes them and in no other way."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _as_written(value: Any) -> Any:
    # Pydantic takes a number for seconds since 1970: a figure as of day "0" would be answered, for a day nobody meant.
    if isinstance(value, str) and not _WRITTEN.fullmatch(value):
        raise ValueError("a day is written YYYY-MM-DD")
    return value


DayAsked = Annotated[date, BeforeValidator(_as_written)]
"""A query parameter such as `as_of`."""
