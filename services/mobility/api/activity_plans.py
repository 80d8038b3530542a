"""`/activity-plans`: 年度活动计划 of two organisations as one paper, and what became of it (domain N16)."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.activities import Agreement
from services.mobility.api.concerns import after, seen, visible
from services.mobility.api.fields import Act, Id, YearAsked
from services.mobility.application.activity_plans import answer_plan
from services.mobility.application.organisations import organisations_above
from services.mobility.domain.activity_plan.decider import (
    ACTIVITY_PLAN,
    AnswerPlan,
    PlannedItem,
    ProposePlan,
    plan_id_of,
)
from services.mobility.projections.activities import ACTIVITIES
from services.mobility.projections.activity_plans import ACTIVITY_PLANS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.runtime.commands import Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, many, page_of
from shared.security.access import Access, action
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class Proposal(Act):
    """The year as one of the two sees it: what it is for, and the activities with their days."""

    partner_id: Id
    year: int = Field(ge=1921, le=9999)
    aims: str = Field(min_length=1, max_length=2000)
    items: tuple[PlannedItem, ...] = Field(min_length=1, max_length=60)


_BECAME = ("held_on", "minutes", "members", "others", "cancelled_at", "text")


def activity_plans(running: Running) -> APIRouter:
    """Proposed by one, agreed by both; read as one paper."""
    router = APIRouter(prefix="/activity-plans", tags=["activities"])

    @router.post("", status_code=201, responses=answers(201, shapes.ACTIVITY_PLAN_DONE))
    @action("activity.plan")
    async def propose(body: Proposal, asked: Request) -> Response:
        """A pair has one paper for a year. Whoever proposed it may change it until it is answered; once refused, both may."""
        await asked.access.acts_for(body.by)
        identity = plan_id_of(body.by, body.partner_id, body.year)

        async def job(unit: UnitOfWork) -> Answer:
            tree = await organisations_above(unit, by=body.by, partner_id=body.partner_id)
            tree.require_active(by=body.by, partner_id=body.partner_id)
            command = ProposePlan(
                plan_id=identity,
                body_id=body.by,
                partner_id=body.partner_id,
                year=body.year,
                aims=body.aims,
                items=body.items,
                proposed_at=unit.clock.now(),
            )
            await unit.handle(ACTIVITY_PLAN, identity, command, expected=asked.expected)
            return await after(unit, ACTIVITY_PLAN, identity, 201, plan_id=identity)

        return await answer(running, asked, identity, job)

    @router.post("/{plan_id}/agreement", responses=answers(200, shapes.ACTIVITY_PLAN_DONE))
    @action("activity.act")
    async def agree(plan_id: Id, body: Agreement, asked: Request) -> Response:
        """To all of it: its activities are planned and agreed from here on. Or not, and why."""
        await seen(running, asked.access, ACTIVITY_PLANS, plan_id)
        await asked.access.acts_for(body.by)

        async def job(unit: UnitOfWork) -> Answer:
            command = AnswerPlan(agreed=body.agreed, text=body.text, answered_by=body.by, answered_at=unit.clock.now())
            await answer_plan(unit, plan_id, command, asked.expected)
            return await after(unit, ACTIVITY_PLAN, plan_id, 200, plan_id=plan_id)

        return await answer(running, asked, plan_id, job)

    @router.get("/{plan_id}", responses=answers(200, shapes.ACTIVITY_PLAN))
    @action("activity.read")
    async def read(plan_id: Id, response: Response, access: Access) -> dict[str, Any]:
        """The paper as it was agreed, and beside each activity what became of it."""
        row = await seen(running, access, ACTIVITY_PLANS, plan_id, response)
        own = [item["activity_id"] for item in row["items"]]
        came = await many(running, select(ACTIVITIES).where(ACTIVITIES.c.activity_id.in_(own)))
        became = {one["activity_id"]: {name: one[name] for name in _BECAME} for one in came}
        nothing = dict.fromkeys(_BECAME)
        return row | {"items": [item | {"became": became.get(item["activity_id"], nothing)} for item in row["items"]]}

    @router.get("", responses=answers(200, page(shapes.ACTIVITY_PLAN_LISTED)))
    @action("activity.read")
    async def listing(
        paging: Paging, access: Access, year: YearAsked | None = None, agreed: bool | None = None
    ) -> Page[Row]:
        wanted = [await visible(ACTIVITY_PLANS, access), *given(ACTIVITY_PLANS, year=year, agreed=agreed)]
        query = select(ACTIVITY_PLANS).where(*wanted)
        return await page_of(running, paging, "activity-plans", query, ACTIVITY_PLANS.c.plan_id)

    return router
