"""Telling a refusal of the broker's from its other errors."""

import re

_VIOLATION = re.compile(r"permissions violation for (publish|subscription)", re.IGNORECASE)


def violation(error: Exception) -> str | None:
    """`publish` or `subscription` when that is what the broker refused; None for any other error."""
    found = _VIOLATION.search(str(error))
    return found[1].lower() if found else None
