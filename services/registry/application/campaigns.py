"""Looks at every campaign under way: reminds of what is missing before its end, and keeps the result after it."""

from typing import Any

from sqlalchemy import select

from services.registry.application.campaign_measures import baseline, by_responsible, subjects, summed
from services.registry.domain.campaign.decider import CAMPAIGN, CampaignCommand, EndRound, Remind
from services.registry.projections.campaigns import CAMPAIGNS
from shared.eventstore.context import Cause
from shared.kernel.calendar import local_date
from shared.runtime.definition import Running
from shared.runtime.reading import many


async def look_after(running: Running) -> int:
    """Remind and end what is due; returns how many steps were taken. Rounds that passed meanwhile are caught up on.

    Two workers may look at one campaign: its stream takes each step once.
    """
    done = 0
    while taken := sum([await _step(running, row) for row in await _due(running)]):
        done += taken
    return done


async def _due(running: Running) -> list[dict[str, Any]]:
    today = local_date(running.clock.now())
    begun, near = CAMPAIGNS.c.starts_on <= today, CAMPAIGNS.c.ends_on - CAMPAIGNS.c.notice_days <= today
    query = select(CAMPAIGNS).where(CAMPAIGNS.c.status == "open", begun, near)
    return await many(running, query.order_by(CAMPAIGNS.c.campaign_id))


async def _step(running: Running, campaign: dict[str, Any]) -> bool:
    now = running.clock.now()
    today, ends_on, number = local_date(now), campaign["ends_on"], campaign["round"]
    command: CampaignCommand
    async with running.reading() as connection:
        found = await subjects(connection, campaign, min(today, ends_on))
        if today > ends_on:
            command = EndRound(round=number, before=await baseline(connection, campaign), then=summed(found))
        else:
            command = Remind(round=number, lacking=by_responsible(found, campaign["organisation_id"]), at=now)
    identity = campaign["campaign_id"]
    cause = Cause(identity, actor="campaigns")
    return bool(await running.executor.run(lambda unit: unit.handle(CAMPAIGN, identity, command), cause))
