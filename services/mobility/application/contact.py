"""Whether a member can be moved at all: on the roll, and not out of contact (失联, domain T23)."""

from collections.abc import Mapping
from typing import Any

from services.mobility.projections.care_tables import LOST_CONTACTS
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused


def require_on_the_roll(member: Mapping[str, Any]) -> None:
    """Errors (`Refused`): `member-left`, for one whose membership here has ended."""
    if member["left_on"] is not None:
        raise Refused(
            "member-left",
            f"the membership ended on {member['left_on']}",
            remedy="see the roll in the registry; who comes back is entered there first",
            where="member_id",
        )


async def out_of_contact(unit: UnitOfWork, member_id: str) -> bool:
    """As far as it has been recorded here (`ContactLost`, until `ContactRestored` or the decision of a named body)."""
    row = await unit.row(LOST_CONTACTS.name, member_id)
    return row is not None and bool(row["lost"])
