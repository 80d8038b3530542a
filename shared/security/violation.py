"""Telling a refusal of the broker's from its other errors."""

import re

REPLY = "reply"
_VIOLATION = re.compile(r"permissions violation for (publish|subscription)(?: to \"?(_R_|_INBOX)[._])?", re.IGNORECASE)


def violation(error: Exception) -> str | None:
    """`publish`, `subscription` or `reply` when that is what the broker refused; None for any other error.

    The right to answer comes with each question: once, for 30 s, on the connection that the question came over
    (`allow_responses`). So an answer that is late, or outlives a restart of the broker, is refused although no right is
    missing; who asked has given up and asks again.
    """
    found = _VIOLATION.search(str(error))
    if found is None:
        return None
    kind = found[1].lower()
    return REPLY if kind == "publish" and found[2] else kind
