"""Which documents hold for a place on a day."""

from services.registry.domain.policy_document.staffing import StaffingRules, staffing_rules
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date


async def staffing_rules_at(unit: UnitOfWork, area_code: str) -> StaffingRules:
    """The numbers for posts that the nearest place has adopted, as of today."""
    # A few places adopt rules of their own, so all of them are one short query.
    versions = await unit.rows("policy_documents", kind="staffing_rules")
    return staffing_rules(versions, area_code, local_date(unit.clock.now()))
