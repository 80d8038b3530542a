"""Looks at every campaign under way: reminds of what is missing before its end, and keeps the result after it."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from services.registry.application.campaign_measures import Campaign, Subject, by_responsible, subjects, summed
from services.registry.domain.campaign.decider import CAMPAIGN, CampaignCommand, EndRound, Remind
from services.registry.projections.campaigns import CAMPAIGNS
from shared.eventstore.context import Cause
from shared.kernel.calendar import local_date
from shared.runtime.definition import Running
from shared.runtime.reading import many


class CampaignWatch:
    """A round every few minutes. Two workers may look at one campaign: its stream takes each step once."""

    def __init__(self, running: Running) -> None:
        self._running = running

    async def look(self) -> int:
        """Remind and end what is due; returns how many steps were taken. Rounds that passed meanwhile are caught up on."""
        done = 0
        while taken := sum([await self._step(row) for row in await self._due()]):
            done += taken
        return done

    async def _step(self, campaign: Campaign) -> bool:
        now, identity = self._running.clock.now(), campaign["campaign_id"]
        today, ends_on, number = local_date(now), campaign["ends_on"], campaign["round"]
        then = await self._subjects(campaign, min(today, ends_on))
        command: CampaignCommand = Remind(
            round=number, lacking=by_responsible(then, campaign["organisation_id"]), at=now
        )
        if today > ends_on:
            before = await self._subjects(campaign, campaign["starts_on"] - timedelta(days=1))
            command = EndRound(round=number, before=summed(before), then=summed(then))
        cause = Cause(identity, actor="campaigns")
        return bool(await self._running.executor.run(lambda unit: unit.handle(CAMPAIGN, identity, command), cause))

    async def _due(self) -> list[dict[str, Any]]:
        today = local_date(self._running.clock.now())
        begun, near = CAMPAIGNS.c.starts_on <= today, CAMPAIGNS.c.ends_on - CAMPAIGNS.c.notice_days <= today
        query = select(CAMPAIGNS).where(CAMPAIGNS.c.status == "open", begun, near)
        return await many(self._running, query.order_by(CAMPAIGNS.c.campaign_id))

    async def _subjects(self, campaign: Campaign, day: date) -> list[Subject]:
        async with self._running.reading() as connection:
            return await subjects(connection, campaign, day)
