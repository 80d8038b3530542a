"""JSON by one fast implementation, so that the same value always gives the same text."""

from typing import Any

from pydantic_core import from_json as _from_json
from pydantic_core import to_json as _to_json


def from_json(text: str | bytes) -> Any:
    """The value of a JSON text; raises ValueError when it is not one."""
    return _from_json(text)


def to_json(value: Any) -> str:
    """JSON text of a value made of plain data, datetimes and pydantic models."""
    return _to_json(value).decode()
