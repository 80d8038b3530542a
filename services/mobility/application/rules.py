"""Which numbers a transfer is requested under: those of its place and day, else those of the installation (domain §1.10)."""

from services.mobility.domain.terms import TransferScope
from services.mobility.domain.transfer.policy import TransferPolicy
from services.mobility.domain.transfer_rules.rules import Rules, in_force
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date


async def policy_in_force(
    unit: UnitOfWork, default: TransferPolicy, area_code: str | None, scope: TransferScope
) -> TransferPolicy:
    """The default, changed by the rules of the nearest place that has adopted some and whose day has come."""
    if area_code is None:
        return default
    # A few dozen places adopt rules of their own, so all of them are one short query.
    rows = await unit.rows("transfer_rules")
    found = in_force([Rules.model_validate(row) for row in rows], area_code, local_date(unit.clock.now()))
    return default if found is None else found.applied_to(default, scope)
