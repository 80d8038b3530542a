"""`/staffings`: how many should hold a post (编制), how many do, and which posts are vacant."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.registry.api import shapes
from services.registry.api.acting import Act, after
from services.registry.api.as_of import AsOf, latest, moment_of
from services.registry.api.listing import listed
from services.registry.api.places_of_posts import concern_at
from services.registry.application import posts as jobs
from services.registry.domain.seat.decider import SEAT
from services.registry.domain.vocabulary import Id, Name, PostKind, PostScope
from services.registry.projections.staffing_tables import STAFFINGS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.runtime.commands import Request, answer
from shared.runtime.definition import Running
from shared.security.access import Access, action
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class Strength(Act):
    """How many there should be at least, and which document says so (domain Z09: two at each of three bureaus)."""

    kind: PostKind
    scope: PostScope
    scope_id: Id
    least: int = Field(ge=0, le=100)
    source_document: Name
    alert_days: int | None = Field(default=None, ge=1, le=366)


def staffings(running: Running) -> APIRouter:
    """The routes of strengths and vacancies."""
    router = APIRouter(prefix="/staffings", tags=["posts"])

    @router.put("", responses=answers(200, shapes.STAFFING_DONE))
    @action("staffing.set")
    async def put(body: Strength, asked: Request) -> Response:
        """Set by the organisation that fills the posts, or one above it."""
        await asked.access.acts_for(body.by)
        await asked.access.check(await concern_at(running, body.scope, body.scope_id))

        async def job(unit: UnitOfWork) -> Answer:
            facts = body.model_dump(exclude={"by"})
            seat = await jobs.set_strength(unit, **facts, expected=asked.expected)
            return await after(unit, SEAT, seat, 200, seat_id=seat)

        return await answer(running, asked, body.scope_id, job)

    @router.get("", responses=answers(200, page(shapes.STAFFING)))
    @action("staffing.read")
    async def listing(
        paging: Paging, access: Access, kind: PostKind | None = None, vacant: bool | None = None, as_of: AsOf = None
    ) -> Page[dict[str, Any]]:
        """Posts that are counted: how many there should be and were at the end of that day; `overdue` if vacant too long."""
        moment = moment_of(running, as_of)
        held = latest(STAFFINGS, (STAFFINGS.c.seat_id,), STAFFINGS.c.number, STAFFINGS.c.changed_at <= moment)
        rows = held.where(STAFFINGS.c.organisation_id.in_(await access.scope())).subquery()
        known = select(rows, (rows.c.due_at < moment).label("overdue")).subquery()
        where = [] if vacant is None else [known.c.due_at.is_not(None) if vacant else known.c.due_at.is_(None)]
        return await listed(running, paging, "staffings", known, ("seat_id",), *where, equal={"kind": kind})

    return router
