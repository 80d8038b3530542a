"""Who the generated requests come from: the one place where a token is added to them."""

from collections.abc import Mapping
from typing import Final

CALLERS: Final[Mapping[str, Mapping[str, str]]] = {"a clerk": {"X-Actor": "fuzz"}}
"""Headers by caller; every caller asks every operation. A caller that must be refused begins with `refused`."""


def must_be_refused(caller: str) -> bool:
    """Whether no operation may answer it with anything but 401 or 403."""
    return caller.startswith("refused")
