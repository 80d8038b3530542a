"""`/inspections`: sites and stations against checklists (六有、6+X), with what shows it, and what has to be put right."""

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from services.registry.api import shapes
from services.registry.api.acting import Act, after
from services.registry.api.as_of import AsOf, day_of
from services.registry.api.listing import listed
from services.registry.api.places_of_posts import concern_at
from services.registry.application import inspections as jobs
from services.registry.domain.inspection.commands import Rectify, Result
from services.registry.domain.inspection.decider import INSPECTION
from services.registry.domain.policy_document.commands import Code
from services.registry.domain.vocabulary import Id
from services.registry.projections.place_tables import INSPECTIONS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.runtime.commands import Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import one
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class Inspected(Act):
    """What was found, by the standard that was looked at (such as liu-you)."""

    inspection_id: Id | None = None
    scope: Literal["station", "site"]
    scope_id: Id
    standard: Code
    results: tuple[Result, ...] = Field(min_length=1, max_length=200)
    inspected_on: date
    person_id: Id
    rectify_by: date | None = None


def inspections(running: Running) -> APIRouter:
    """The routes of inspections."""
    router = APIRouter(prefix="/inspections", tags=["places"])

    @router.post("", status_code=201, responses=answers(201, shapes.INSPECTION_DONE))
    @action("place.keep")
    async def inspect(body: Inspected, asked: Request) -> Response:
        await asked.access.check(await concern_at(running, body.scope, body.scope_id))
        await asked.access.acts_for(body.by)
        day_of(running, body.inspected_on)
        identity = body.inspection_id or running.ids()

        async def job(unit: UnitOfWork) -> Answer:
            facts = dict(body) | {"inspection_id": identity}
            await jobs.inspect(unit, **facts | {"inspected_by": facts.pop("by")})
            return await after(unit, INSPECTION, identity, 201, inspection_id=identity)

        return await answer(running, asked, identity, job)

    @router.post("/{inspection_id}/rectification", responses=answers(200, shapes.INSPECTION_DONE))
    @action("place.keep")
    async def rectify(inspection_id: Id, body: Rectify, asked: Request) -> Response:
        row = await one(running, INSPECTIONS, INSPECTIONS.c.inspection_id == inspection_id, "inspection")
        await asked.access.check(Concern((row["organisation_id"],)), hidden=unknown("inspection"))

        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(INSPECTION, inspection_id, body, expected=asked.expected)
            return await after(unit, INSPECTION, inspection_id, 200, inspection_id=inspection_id)

        return await answer(running, asked, inspection_id, job)

    @router.get("", responses=answers(200, page(shapes.INSPECTION)))
    @action("place.read")
    async def listing(
        paging: Paging,
        access: Access,
        scope_id: Id | None = None,
        document_id: Id | None = None,
        passed: bool | None = None,
        overdue: bool | None = None,
        as_of: AsOf = None,
    ) -> Page[dict[str, Any]]:
        """Inspections made up to that day, of what the actor's organisations answer for."""
        where = (
            INSPECTIONS.c.organisation_id.in_(await access.scope()),
            INSPECTIONS.c.inspected_on <= day_of(running, as_of),
        )
        equal = {"scope_id": scope_id, "document_id": document_id, "passed": passed, "overdue": overdue}
        key = ("inspected_on", "inspection_id")
        return await listed(running, paging, "inspections", INSPECTIONS, key, *where, equal=equal)

    return router
