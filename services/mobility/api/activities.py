"""`/activities`: 活动 where members are away, from the plan to who came, and their figures (domain Y24, N16, N17)."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import func, select

from services.mobility.api import shapes
from services.mobility.api.areas import within_area
from services.mobility.api.concerns import after, decided, seen, visible
from services.mobility.api.fields import Act, AreaCode, Id, Words, YearAsked
from services.mobility.application.activities import record
from services.mobility.application.organisations import organisations_above
from services.mobility.domain.activity.decider import (
    ACTIVITY,
    ActivityCommand,
    ActivityWay,
    AnswerActivity,
    CancelActivity,
    PlanActivity,
    RecordActivity,
)
from services.mobility.domain.care_terms import Day, Place
from services.mobility.projections.activities import ACTIVITIES, ATTENDANCE
from services.mobility.projections.care_tables import CARDS, CARE
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import Invalid
from shared.runtime.commands import Asked, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, is_set, many, page_of
from shared.security.access import Access, Permit, action
from shared.web.days import DayAsked
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class Plan(Act):
    """When, for how long, about what, how and where; with which other organisation."""

    activity_id: Id | None = None
    partner_id: Id | None = None
    planned_on: Day
    minutes: int = Field(ge=1, le=1440)
    theme: str = Field(min_length=1, max_length=200)
    way: ActivityWay
    place: Place


class Agreement(Act):
    """Whether the partner takes part; if not, why."""

    agreed: bool
    text: Words | None = None


class Held(Act):
    """What took place: the cares of those members who came, and how many others did."""

    held_on: Day
    minutes: int = Field(ge=1, le=1440)
    care_ids: tuple[Id, ...] = Field(default=(), max_length=200)
    others: int = Field(default=0, ge=0, le=100_000)
    text: Words | None = None


class Cancellation(Act):
    """Why it does not take place."""

    text: Words


def activities(running: Running) -> APIRouter:
    """Planned by one or two organisations, recorded by whoever held it."""
    router = APIRouter(prefix="/activities", tags=["activities"])

    async def step(activity_id: str, body: Act, asked: Asked, command: ActivityCommand) -> Response:
        await seen(running, asked.access, ACTIVITIES, activity_id)
        await asked.access.acts_for(body.by)
        return await decided(running, asked, ACTIVITY, activity_id, command, 200, activity_id=activity_id)

    async def who_came(access: Permit, care_ids: tuple[str, ...]) -> tuple[list[str], list[str]]:
        """Their ids and those of their cards. Raises `Invalid` for a care that is not the actor's business."""
        rows = await many(running, select(CARE).where(CARE.c.care_id.in_(care_ids), await visible(CARE, access)))
        lost = sorted(set(care_ids) - {row["care_id"] for row in rows})
        if lost:
            raise Invalid("care-unknown", f"there is no such care: {lost}", remedy="check the ids", where="care_ids")
        members = sorted({row["member_id"] for row in rows})
        valid = select(CARDS.c.card_id).where(CARDS.c.member_id.in_(members), CARDS.c.ended_at.is_(None))
        return members, [row["card_id"] for row in await many(running, valid.order_by(CARDS.c.card_id))]

    @router.post("", status_code=201, responses=answers(201, shapes.ACTIVITY_DONE))
    @action("activity.plan")
    async def plan(body: Plan, asked: Request) -> Response:
        await asked.access.acts_for(body.by)
        identity = body.activity_id or running.ids()

        async def job(unit: UnitOfWork) -> Answer:
            tree = await organisations_above(unit, by=body.by, partner_id=body.partner_id)
            tree.require_active(by=body.by, partner_id=body.partner_id)
            command = PlanActivity(
                activity_id=identity,
                body_id=body.by,
                partner_id=body.partner_id,
                planned_on=body.planned_on,
                minutes=body.minutes,
                theme=body.theme,
                way=body.way,
                place=body.place,
                planned_at=unit.clock.now(),
            )
            await unit.handle(ACTIVITY, identity, command, expected=asked.expected)
            return await after(unit, ACTIVITY, identity, 201, activity_id=identity)

        return await answer(running, asked, identity, job)

    @router.post("/{activity_id}/agreement", responses=answers(200, shapes.ACTIVITY_DONE))
    @action("activity.act")
    async def agree(activity_id: Id, body: Agreement, asked: Request) -> Response:
        command = AnswerActivity(
            agreed=body.agreed, text=body.text, answered_by=body.by, answered_at=running.clock.now()
        )
        return await step(activity_id, body, asked, command)

    @router.post("/{activity_id}/record", responses=answers(200, shapes.ACTIVITY_DONE))
    @action("activity.act")
    async def hold(activity_id: Id, body: Held, asked: Request) -> Response:
        """What was held; whoever came and has a card finds it entered there."""
        await seen(running, asked.access, ACTIVITIES, activity_id)
        await asked.access.acts_for(body.by)
        members, card_ids = await who_came(asked.access, body.care_ids)

        async def job(unit: UnitOfWork) -> Answer:
            command = RecordActivity(
                held_on=body.held_on,
                minutes=body.minutes,
                member_ids=tuple(members),
                others=body.others,
                text=body.text,
                recorded_by=body.by,
                recorded_at=unit.clock.now(),
            )
            await record(unit, activity_id, command, card_ids, asked.expected)
            return await after(unit, ACTIVITY, activity_id, 200, activity_id=activity_id)

        return await answer(running, asked, activity_id, job)

    @router.post("/{activity_id}/cancellation", responses=answers(200, shapes.ACTIVITY_DONE))
    @action("activity.act")
    async def cancel(activity_id: Id, body: Cancellation, asked: Request) -> Response:
        command = CancelActivity(text=body.text, cancelled_by=body.by, cancelled_at=running.clock.now())
        return await step(activity_id, body, asked, command)

    @router.get("/counts", responses=answers(200, shapes.ACTIVITY_COUNTS))
    @action("activity.read")
    async def counts(
        access: Access,
        as_of: DayAsked | None = None,
        since: DayAsked | None = None,
        area: AreaCode | None = None,
        joint: bool | None = None,
    ) -> dict[str, Any]:
        """Activities held up to a day, by the way they were held. `person_times` counts everybody each time."""
        of, day = ACTIVITIES.c, as_of or local_date(running.clock.now())
        held = [await visible(ACTIVITIES, access), of.held_on <= day, *given(ACTIVITIES, joint=joint)]
        held += [of.held_on >= since] if since is not None else []
        held += [within_area(of.area_code, area)] if area is not None else []
        query = select(
            of.way,
            func.count().label("held"),
            func.sum(of.minutes).label("minutes"),
            func.sum(of.members + of.others).label("person_times"),
        )
        ways = await many(running, query.where(*held).group_by(of.way).order_by(of.way))
        different: Any = select(func.count(ATTENDANCE.c.member_id.distinct()).label("members")).join(
            ACTIVITIES, of.activity_id == ATTENDANCE.c.activity_id
        )
        [reached] = await many(running, different.where(*held))
        totals = {name: sum(one[name] for one in ways) for name in ("held", "minutes", "person_times")}
        return {"as_of": day, "since": since, "area_code": area, **totals, **reached, "ways": ways}

    @router.get("/{activity_id}", responses=answers(200, shapes.ACTIVITY))
    @action("activity.read")
    async def read(activity_id: Id, response: Response, access: Access) -> dict[str, Any]:
        row = await seen(running, access, ACTIVITIES, activity_id, response)
        came = select(ATTENDANCE.c.member_id).where(ATTENDANCE.c.activity_id == activity_id)
        return row | {"member_ids": [one["member_id"] for one in await many(running, came.order_by("member_id"))]}

    @router.get("", responses=answers(200, page(shapes.ACTIVITY_LISTED)))
    @action("activity.read")
    async def listing(
        paging: Paging,
        access: Access,
        year: YearAsked | None = None,
        agreed: bool | None = None,
        held: bool | None = None,
    ) -> Page[Row]:
        """Planned for a year, in the order of their days; `agreed`: the plan of two organisations."""
        of = ACTIVITIES.c
        wanted = [await visible(ACTIVITIES, access), *given(ACTIVITIES, agreed=agreed), *is_set(of.held_on, held)]
        wanted += [func.extract("year", of.planned_on) == year] if year is not None else []
        return await page_of(
            running, paging, "activities", select(ACTIVITIES).where(*wanted), of.planned_on, of.activity_id
        )

    return router
