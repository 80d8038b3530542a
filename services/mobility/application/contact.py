"""失联: whether a member is out of contact, so that nobody moves who cannot be found (domain T23)."""

from shared.eventstore.unit_of_work import UnitOfWork


async def out_of_contact(unit: UnitOfWork, member_id: str) -> bool:
    """As far as the decision of the named body has been recorded here (`ContactLost`, until `ContactRestored`).

    The read model of lost contacts belongs to the care of mobile members; where it does not exist nobody is lost.
    """
    if LOST_CONTACTS is None:
        return False
    row = await unit.row(LOST_CONTACTS, member_id)
    return row is not None and bool(row["lost"])


LOST_CONTACTS: str | None = None
"""The read model with one row per member who was ever declared lost, and whether that still holds."""
