"""Whose business a transfer is: both sides and the path between them; and of those named as persons, their own.

Neighbours are told that there is no such transfer: that somebody moves is itself something about them.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from services.mobility.api.fields import Id
from services.mobility.projections.tables import TRANSFERS
from shared.kernel.errors import unknown
from shared.runtime.definition import Running
from shared.security.access import Permit
from shared.security.policy import Concern

_SIDES = ("from_branch_id", "from_committee_id", "to_committee_id", "to_branch_id", "holder_id")


def concern_of(row: Mapping[str, Any]) -> Concern:
    """Whom a transfer concerns: the sides, the path, the holder; once it is accepted, the interested parties too."""
    parties = row.get("parties") or []
    named = [row[side] for side in _SIDES] + list(row.get("approval_path") or [])
    named += [party["ref_id"] for party in parties if party["kind"] == "organisation"]
    persons = tuple(party["ref_id"] for party in parties if party["kind"] in ("member", "outside_system"))
    return Concern(tuple(dict.fromkeys(filter(None, named))), persons)


async def transfer_seen(running: Running, access: Permit, transfer_id: Id, what: str = "transfer") -> Mapping[str, Any]:
    """The row of a transfer that the actor may see. Raises `NotFound` for all others."""
    rows = await running.store.get_rows("transfers", [(transfer_id,)])
    row = next(iter(rows.values()), None)
    if row is None:
        raise unknown(what)
    await access.check(concern_of(row), hidden=unknown(what))
    return row


async def seen_by(access: Permit) -> ColumnElement[bool]:
    """The condition on `transfers` that says the same as `concern_of`, for lists."""
    scope = await access.scope()
    columns = [TRANSFERS.c[side].in_(scope) for side in _SIDES]
    path = select(func.jsonb_array_elements_text(TRANSFERS.c.approval_path).label("step")).subquery()
    on_path = select(path.c.step).where(path.c.step.in_(scope)).exists()
    own = TRANSFERS.c.parties.contains([{"ref_id": access.actor.id}])
    return or_(*columns, on_path, own)
