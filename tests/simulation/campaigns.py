"""专项行动 as people live it: opened, opened again by somebody else, given up; its rounds end by themselves."""

from datetime import timedelta
from typing import Any

from services.registry.domain.campaign.decider import CAMPAIGN, OpenCampaign, StopCampaign
from services.registry.domain.vocabulary import CampaignKind
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from tests.simulation.clerk import Clerk
from tests.simulation.transfers import DAY, HOUR, MINUTE


async def campaign(clerk: Clerk) -> None:
    """Something is to be done throughout the area within days; some campaigns are stopped, some on their last day."""
    world, rng = clerk.world, clerk.rng
    identity = f"campaign-{clerk.name}"
    kinds: tuple[CampaignKind, ...] = ("survey", "survey", "formation")
    days, notice, target = rng.choice((0, 1, 3, 6)), rng.choice((1, 2, 30)), rng.choice((10, 50, 100))
    begins, repeats = timedelta(days=rng.choice((0, 0, 1))), rng.choice((None, 1))
    area = world.territory.area_code
    runs = world.territory.organisations[0].key

    def opened(kind: CampaignKind) -> Any:
        async def job(unit: UnitOfWork) -> Any:
            starts = local_date(unit.clock.now()) + begins
            await unit.handle(CAMPAIGN, identity, OpenCampaign(
                campaign_id=identity, kind=kind, name="集中行动", area_code=area, organisation_id=runs,
                starts_on=starts, ends_on=starts + timedelta(days=days), target_percent=target, notice_days=notice,
                repeats_months=repeats,
            ))  # fmt: skip
            return {"campaign_id": identity}

        return clerk.ask("registry", f"open {kind}", job, identity)

    async def stop(unit: UnitOfWork) -> Any:
        await unit.handle(CAMPAIGN, identity, StopCampaign(reason="并入年度安排", on=local_date(unit.clock.now())))
        return {"campaign_id": identity}

    await clerk.at_once(*(opened(rng.choice(kinds)) for _ in range(rng.choice((1, 1, 2)))))
    if rng.random() < 0.3:
        await clerk.pause(MINUTE, HOUR, days * DAY + HOUR)
        await clerk.at_once(*(clerk.ask("registry", "stop", stop, identity) for _ in range(rng.choice((1, 2)))))
