"""The part of the tree that one decision needs, read from what the registry has told us so far.

Facts of the registry arrive in their own time. Whoever asks a moment after an organisation was registered may be told
that it is unknown, and to try again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.mobility.domain.approval_path import Tree, chain
from services.mobility.domain.parties import Side
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused

AGAIN = "check the id; if it was entered a moment ago, try again"


@dataclass(frozen=True, slots=True)
class Organisations:
    """Some organisations and everything above them."""

    rows: Mapping[str, Mapping[str, Any]]

    @property
    def tree(self) -> Tree:
        return {organisation_id: row["parent_id"] for organisation_id, row in self.rows.items()}

    @property
    def areas(self) -> dict[str, str]:
        return {organisation_id: str(row["area_code"]) for organisation_id, row in self.rows.items()}

    def can_approve(self, organisation_id: str) -> bool:
        """Whether it can approve 预备党员, and so be an endpoint (domain T2)."""
        return bool(self.rows[organisation_id]["can_approve_probationary"])

    def committee_of(self, branch_id: str, claimed: str | None = None) -> str:
        """Whose branch it is: the nearest superior that can be an endpoint.

        One that stands between the two (a 总支) is its superior too: when that one is `claimed`, it is the answer, and
        the domain says whether it may be an endpoint. Errors (`Refused`): `branch-without-committee`.
        """
        above = chain(self.tree, branch_id)[1:]
        nearest = next((step for step in above if self.can_approve(step)), None)
        if claimed in (above if nearest is None else above[: above.index(nearest)]):
            return str(claimed)
        if nearest is None:
            raise Refused(
                "branch-without-committee",
                f"no committee above {branch_id} can approve probationary members",
                remedy="give a branch, not a committee; or record in the registry which committee above it can",
            )
        return nearest

    def require_active(self, **named: str | None) -> None:
        """Nobody is sent to an organisation that has ended. Errors (`Refused`): `organisation-dissolved`."""
        for where, organisation_id in named.items():
            if organisation_id is not None and self.rows[organisation_id]["dissolved"]:
                raise Refused(
                    "organisation-dissolved",
                    f"the organisation {organisation_id} was dissolved",
                    remedy="name one that exists",
                    where=where,
                )

    def side(self, branch_id: str, committee_id: str) -> Side:
        """One end of a relocation."""
        return Side(branch_id, committee_id, self.rows[branch_id]["unit_uscc"])


async def organisations_above(unit: UnitOfWork, **starts: str | None) -> Organisations:
    """These organisations and their superiors; the keywords name the fields in which they were given.

    Errors (`Refused`): `organisation-unknown`.
    """
    rows: dict[str, Mapping[str, Any]] = {}
    named = {start: where for where, start in reversed(starts.items()) if start is not None}
    while ahead := named.keys() - rows.keys():
        # One query per level of the tree, not one per organisation: every request and acceptance comes by here.
        found = await unit.rows_of("organisations", sorted(ahead))
        for missing in (start for start in named if start in ahead and start not in found):
            where = named[missing]
            raise Refused("organisation-unknown", f"there is no organisation {missing}", remedy=AGAIN, where=where)
        rows |= found
        named |= {row["parent_id"]: named[at] for at, row in found.items() if row["parent_id"] not in (None, *named)}
    return Organisations(rows)
