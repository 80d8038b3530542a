"""What a relocation still misses, read from the rows of its ledger; says the same as the process's own `ledger.missing`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def missing(steps: Sequence[Row]) -> list[str]:
    """The required steps that are not in, in order. A channel that failed is no loss when another one arrived."""
    arrived = {step["party_id"] for step in steps if step["state"] == "delivered"}
    return list(_missing(steps, arrived))


def _missing(steps: Iterable[Row], arrived: set[str]) -> Iterable[str]:
    for row in steps:
        party_id, step, state = row["party_id"], row["step"], row["state"]
        if step == "applied" and state is None:
            yield f"applied:{party_id}"
        elif step == "acknowledged" and state is None:
            yield f"acknowledged:{party_id}"
        elif step in ("email", "sms") and state in (None, "notified"):
            yield f"delivered:{party_id}:{step}"
        elif step in ("email", "sms") and state == "failed" and party_id not in arrived:
            yield f"undelivered:{party_id}:{step}:{row['detail']}"
