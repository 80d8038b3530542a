"""Whether a member can be moved at all: on the roll, and not out of contact (失联, domain T23)."""

from collections.abc import Mapping
from typing import Any

from services.mobility.domain.lost_contact.decider import LOST_CONTACT
from services.mobility.domain.lost_contact.state import Loss
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
    """As far as it has been recorded here. The state and not its row: of a report and a request at the same instant the
    second one knows of the first.
    """
    loss: Loss = await unit.state(LOST_CONTACT, member_id)
    return loss.out_of_contact
