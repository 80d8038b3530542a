"""`/staffings`: how many should hold a post (编制), how many do, and which posts are vacant."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.registry.api.acting import Act, after
from services.registry.api.as_of import AsOf, latest, moment_of
from services.registry.api.places_of_posts import concern_at
from services.registry.api.queries import many
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

    @router.put("")
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

    @router.get("")
    @action("staffing.read")
    async def listing(
        paging: Paging, access: Access, kind: PostKind | None = None, vacant: bool | None = None, as_of: AsOf = None
    ) -> Page[dict[str, Any]]:
        """Posts that are counted: how many there should be and were at the end of that day; `overdue` if vacant too long."""
        moment = moment_of(running, as_of)
        held = latest(STAFFINGS, (STAFFINGS.c.seat_id,), STAFFINGS.c.number, STAFFINGS.c.changed_at <= moment)
        rows = held.where(STAFFINGS.c.organisation_id.in_(await access.scope())).subquery()
        overdue = (rows.c.due_at < moment).label("overdue")
        query = select(rows, overdue).order_by(rows.c.seat_id).limit(paging.limit + 1)
        if kind is not None:
            query = query.where(rows.c.kind == kind)
        if vacant is not None:
            query = query.where(rows.c.due_at.is_not(None) if vacant else rows.c.due_at.is_(None))
        if begin_after := paging.after("staffings", str):
            query = query.where(rows.c.seat_id > begin_after[0])
        return paging.page("staffings", await many(running, query), lambda row: (row["seat_id"],), dict)

    return router
