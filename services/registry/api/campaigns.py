"""`/campaigns`: 专项行动 of an area (集中组建, 村级活动场所, 百名干部进百企): its rounds, how far it is, what is missing."""

from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import ColumnElement, func, or_, select

from services.registry.api import campaign_shapes as shapes
from services.registry.api.acting import Act, after
from services.registry.api.as_of import EARLIEST, AsOf, day_of
from services.registry.api.listing import listed
from services.registry.application.campaign_measures import Subject, baseline, subjects, summed
from services.registry.application.tree import active
from services.registry.domain.campaign.decider import CAMPAIGN, Figures, OpenCampaign, StopCampaign
from services.registry.domain.vocabulary import CampaignKind, Id, Name, OrganisationKind, Reason
from services.registry.projections.campaigns import CAMPAIGNS
from services.registry.projections.listing_tables import LISTS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import add_months, end_of_day, local_date, start_of_day
from shared.kernel.errors import Invalid, unknown
from shared.kernel.identifiers.area_code import AreaCode
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.security.access import Access, Permit, action
from shared.security.policy import Concern, Relation
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

_NEW_UNITS: Final = func.coalesce(func.sum(LISTS.c.counts["new"].as_integer()), 0).label("new_units")


class CampaignOpening(Act):
    """What is to be done throughout the area, from when until when, and how far. `by` runs it."""

    campaign_id: Id | None = None
    kind: CampaignKind
    name: Name
    area_code: AreaCode
    starts_on: date
    ends_on: date
    target_percent: int = Field(default=100, ge=1, le=100)
    notice_days: int = Field(default=30, ge=1, le=180)
    repeats_months: int | None = Field(default=None, ge=1, le=12)
    organisation_kind: OrganisationKind = "branch"
    source_document: Name | None = None


class Stop(Body):
    """It is given up."""

    reason: Reason


def campaigns(running: Running) -> APIRouter:
    """Whoever is above or below the organisation that runs it reads how far it is, and of what is missing their own part."""
    router = APIRouter(prefix="/campaigns", tags=["formation"])

    @router.post("", status_code=201, responses=answers(201, shapes.CAMPAIGN_DONE))
    @action("campaign.keep")
    async def begin(body: CampaignOpening, asked: Request) -> Response:
        await asked.access.check(Concern(area_code=body.area_code))
        await asked.access.acts_for(body.by)
        _require_likely(running, body.starts_on)
        identity = body.campaign_id or running.ids()
        facts = body.model_dump(exclude={"by"}) | {"campaign_id": identity, "organisation_id": body.by}
        command = OpenCampaign(**facts)

        async def job(unit: UnitOfWork) -> Answer:
            await active(unit, body.by, where="by")
            await unit.handle(CAMPAIGN, identity, command, expected=asked.expected)
            return await after(unit, CAMPAIGN, identity, 201, campaign_id=identity)

        return await answer(running, asked, identity, job)

    @router.post("/{campaign_id}/stop", responses=answers(200, shapes.CAMPAIGN_DONE))
    @action("campaign.keep")
    async def stop(campaign_id: Id, body: Stop, asked: Request) -> Response:
        [*_, newest] = await _rounds(campaign_id)
        await asked.access.check(Concern(area_code=newest["area_code"]), hidden=unknown("campaign"))
        await asked.access.acts_for(newest["organisation_id"])
        command = StopCampaign(reason=body.reason, on=local_date(running.clock.now()))

        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(CAMPAIGN, campaign_id, command, expected=asked.expected)
            return await after(unit, CAMPAIGN, campaign_id, 200, campaign_id=campaign_id)

        return await answer(running, asked, campaign_id, job)

    @router.get("", responses=answers(200, page(shapes.CAMPAIGN)))
    @action("campaign.read")
    async def listing(
        paging: Paging, access: Access, kind: CampaignKind | None = None, campaign_id: Id | None = None
    ) -> Page[dict[str, Any]]:
        """Each round, with its result once it ended, of campaigns that are run above or below the actor's organisations."""
        where = await _addressed(access)
        equal = {"kind": kind, "campaign_id": campaign_id}
        return await listed(running, paging, "campaigns", CAMPAIGNS, ("campaign_id", "round"), where, equal=equal)

    @router.get("/{campaign_id}", responses=answers(200, shapes.CAMPAIGN_PROGRESS))
    @action("campaign.read")
    async def read(campaign_id: Id, access: Access, as_of: AsOf = None) -> dict[str, Any]:
        """The round of that day, the baseline, and how far it had come; after its end, as it was then."""
        row, day = await _round_of(campaign_id, access, as_of)
        async with running.reading() as connection:
            before = await baseline(connection, row)
            then = summed(await subjects(connection, row, day))
        figures: list[ColumnElement[Any]] = [func.count().label("lists"), _NEW_UNITS]
        lists = select(*figures).where(
            LISTS.c.campaign.in_([row["campaign_id"], row["name"]]),
            LISTS.c.applied,
            LISTS.c.begun_at.between(start_of_day(row["starts_on"]), end_of_day(day)),
        )
        [brought] = await many(running, lists)
        progress = _told(then) | {"reached": then.reaches(row["target_percent"])}
        return row | {"as_of": day, "baseline": _told(before), "progress": progress, **brought}

    @router.get("/{campaign_id}/missing", responses=answers(200, page(shapes.CAMPAIGN_LACKING)))
    @action("campaign.read")
    async def missing(campaign_id: Id, paging: Paging, access: Access, as_of: AsOf = None) -> Page[dict[str, Any]]:
        """What was missing at the end of that day, of what falls to the actor's organisations, with what stands in the way."""
        row, day = await _round_of(campaign_id, access, as_of)
        async with running.reading() as connection:
            own = {one[0] for one in await connection.execute(await access.scope(Relation.ADDRESSED))}
            found = await subjects(connection, row, day)
        begins = paging.after("campaign-missing", str)
        lacking = [
            one
            for one in found
            if not one.has
            and (one.responsible_id or row["organisation_id"]) in own
            and (not begins or one.scope_id > str(begins[0]))
        ]
        return paging.page("campaign-missing", lacking[: paging.limit + 1], lambda one: (one.scope_id,), _lacking)

    async def _rounds(campaign_id: str) -> list[dict[str, Any]]:
        rows = await many(
            running, select(CAMPAIGNS).where(CAMPAIGNS.c.campaign_id == campaign_id).order_by(CAMPAIGNS.c.round)
        )
        if not rows:
            raise unknown("campaign")
        return rows

    async def _round_of(campaign_id: str, access: Permit, as_of: date | None) -> tuple[dict[str, Any], date]:
        """The round that was under way on that day, else the first, and the last day of it that has come by then."""
        first, *later = await _rounds(campaign_id)
        await access.check(Concern((first["organisation_id"],)), hidden=unknown("campaign"))
        day = day_of(running, as_of)
        [*_, row] = [first, *(one for one in later if one["starts_on"] <= day)]
        return row, min(day, row["ends_on"])

    async def _addressed(access: Permit) -> ColumnElement[bool]:
        own = CAMPAIGNS.c.organisation_id
        return or_(own.in_(await access.above()), own.in_(await access.scope(Relation.ADDRESSED)))

    return router


def _require_likely(running: Running, starts_on: date) -> None:
    """Raises `Invalid` (`campaign-dates`): a day that nothing is known of is a slip of the keyboard."""
    latest = add_months(local_date(running.clock.now()), 60)
    if not EARLIEST <= starts_on <= latest:
        raise Invalid(
            "campaign-dates", f"it would begin on {starts_on}", remedy=f"give a day up to {latest}", where="starts_on"
        )


def _told(figures: Figures) -> dict[str, Any]:
    return figures.model_dump() | {"missing": figures.missing}


def _lacking(one: Subject) -> dict[str, Any]:
    return {
        "scope": one.scope, "scope_id": one.scope_id, "name": one.name, "responsible_id": one.responsible_id,
        "why": one.why, "plan_status": one.plan_status,
    }  # fmt: skip
