"""失联: whether a member is out of contact, so that nobody moves who cannot be found (domain T23)."""

from services.mobility.projections.care_tables import LOST_CONTACTS
from shared.eventstore.unit_of_work import UnitOfWork


async def out_of_contact(unit: UnitOfWork, member_id: str) -> bool:
    """As far as it has been recorded here (`ContactLost`, until `ContactRestored` or the decision of a named body)."""
    row = await unit.row(LOST_CONTACTS.name, member_id)
    return row is not None and bool(row["lost"])
