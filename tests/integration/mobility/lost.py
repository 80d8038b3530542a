"""What is said of a member who is lost, or on no roll any more."""

from datetime import date, timedelta
from typing import Any, Final

from services.mobility.application.whereabouts import home_of
from services.mobility.domain.lost_contact.commands import ReportLoss
from services.mobility.domain.lost_contact.decider import LOST_CONTACT
from shared.contracts import registry
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from tests.integration.mobility.world import World

ENDED: Final = registry.MembershipEnded(
    member_id="m1", organisation_id="b1", ground="deceased", ended_on=date(2026, 11, 1), decided_by="c1"
)


async def report_loss(unit: UnitOfWork) -> None:
    home, now = await home_of(unit, "m1"), unit.clock.now()
    await unit.handle(LOST_CONTACT, "m1", ReportLoss(
        member_id="m1", branch_id=home.branch_id, committee_id=home.committee_id, superior_id=home.superior_id,
        probationary=False, lost_since=local_date(now) - timedelta(days=20), person_id="p1", reported_by="b1",
        reported_at=now,
    ))  # fmt: skip


async def loss_of(world: World) -> dict[str, Any]:
    [row] = await world.store.find_rows("lost_contacts", {"member_id": "m1"})
    return row
