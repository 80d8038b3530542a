"""`/visits`: 走访 by liaisons, instructors and leaders, and what they brought along."""

from datetime import date
from typing import Any, get_args

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import ColumnElement, func, or_, select

from services.registry.api import shapes
from services.registry.api.acting import after
from services.registry.api.as_of import AsOf, day_of, require_past
from services.registry.api.listing import listed
from services.registry.api.places_of_posts import concern_at, visible_at
from services.registry.application import visits as jobs
from services.registry.domain.records import VoidRecord
from services.registry.domain.visit.decider import VISIT, Note
from services.registry.domain.vocabulary import Id, VisitService
from services.registry.projections.tables import POSTS
from services.registry.projections.visits import TABLE as VISITS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many, one
from shared.security.access import Access, Permit, action
from shared.web.days import DayAsked
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class VisitRecord(Body):
    """Under which post somebody called on the unit or organisation that it is for, when, and what was brought along."""

    visit_id: Id | None = None
    post_id: Id
    visited_on: date
    services: tuple[VisitService, ...] = Field(min_length=1, max_length=3)
    note: Note = ""


def visits(running: Running) -> APIRouter:
    """The routes of visits."""
    router = APIRouter(prefix="/visits", tags=["posts"])

    async def _check(access: Permit, row: dict[str, Any], what: str) -> None:
        concern = await concern_at(running, row["scope"], row["scope_id"], row["person_id"])
        await access.check(concern, hidden=unknown(what))

    @router.post("", status_code=201, responses=answers(201, shapes.VISIT_DONE))
    @action("visit.record")
    async def record(body: VisitRecord, asked: Request) -> Response:
        await _check(asked.access, await one(running, POSTS, POSTS.c.post_id == body.post_id, "post"), "post")
        require_past(running, body.visited_on, "visited_on")
        identity = body.visit_id or running.ids()

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.record(unit, **dict(body) | {"visit_id": identity})
            return await after(unit, VISIT, identity, 201, visit_id=identity)

        return await answer(running, asked, identity, job)

    @router.post("/{visit_id}/void", responses=answers(200, shapes.VISIT_DONE))
    @action("visit.record")
    async def void(visit_id: Id, body: VoidRecord, asked: Request) -> Response:
        await _check(asked.access, await one(running, VISITS, VISITS.c.visit_id == visit_id, "visit"), "visit")

        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(VISIT, visit_id, body, expected=asked.expected)
            return await after(unit, VISIT, visit_id, 200, visit_id=visit_id)

        return await answer(running, asked, visit_id, job)

    async def _seen(access: Permit, begins: date | None, day: date) -> list[ColumnElement[bool]]:
        mine = or_(await visible_at(VISITS, access), VISITS.c.person_id == access.actor.id)
        return [mine, VISITS.c.visited_on <= day, *([VISITS.c.visited_on >= begins] if begins else [])]

    @router.get("", responses=answers(200, page(shapes.VISIT)))
    @action("visit.read")
    async def listing(
        paging: Paging,
        access: Access,
        scope_id: Id | None = None,
        post_id: Id | None = None,
        person_id: Id | None = None,
        begins: DayAsked | None = None,
        as_of: AsOf = None,
    ) -> Page[dict[str, Any]]:
        """Visits to what lies within the actor's scope, and the actor's own; those that were wrong as well."""
        where = await _seen(access, begins, day_of(running, as_of))
        equal = {"scope_id": scope_id, "post_id": post_id, "person_id": person_id}
        return await listed(running, paging, "visits", VISITS, ("visited_on", "visit_id"), *where, equal=equal)

    @router.get("/counts", responses=answers(200, shapes.VISIT_COUNTS))
    @action("visit.read")
    async def counts(access: Access, begins: DayAsked | None = None, as_of: AsOf = None) -> dict[str, Any]:
        """How many visits to how many units and organisations, and how many brought each of the three services."""
        day = day_of(running, as_of)
        brought = [
            func.count().filter(VISITS.c.services.contains([service])).label(service)
            for service in get_args(VisitService)
        ]
        figures: list[ColumnElement[Any]] = [
            func.count().label("visits"),
            func.count(VISITS.c.scope_id.distinct()).label("visited"),
            *brought,
        ]
        where = (*await _seen(access, begins, day), ~VISITS.c.voided)
        [found] = await many(running, select(*figures).where(*where))
        return {"as_of": day, **found}

    return router
