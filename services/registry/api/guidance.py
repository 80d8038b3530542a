"""`/organisations/{id}/guidance`: which competent authority guides an organisation, beside its superior (domain L28)."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response

from services.registry.api import shapes
from services.registry.application import tree
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.vocabulary import Id
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import unknown
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.shapes import answers


class GuidanceBody(Body):
    """Who guides it from that day on; nobody any more when `guided_by` is null."""

    guided_by: Id | None
    since: date


def guidance(running: Running) -> APIRouter:
    """Saying who guides, and asking."""
    router = APIRouter(prefix="/organisations/{organisation_id}/guidance", tags=["organisations"])

    @router.put("", responses=answers(200, shapes.ORGANISATION_DONE))
    @action("organisation.guide")
    async def settle(organisation_id: Id, body: GuidanceBody, asked: Request) -> Response:
        """The department above the organisation settles it. The guide may be anywhere: its looking is what is granted."""
        await asked.access.check(Concern((organisation_id,)), hidden=unknown("organisation"))

        async def job(unit: UnitOfWork) -> Answer:
            today = local_date(running.clock.now())
            await tree.guide(unit, organisation_id, body.guided_by, body.since, today, asked.expected)
            version = await unit.version(ORGANISATION, organisation_id)
            return Answer(200, {"organisation_id": organisation_id, "version": version})

        return await answer(running, asked, organisation_id, job)

    @router.get("", responses=answers(200, shapes.GUIDANCE))
    @action("organisation.guidance")
    async def read(organisation_id: Id, access: Access) -> dict[str, Any]:
        """The guide and since when; both null where there is none."""
        await access.check(Concern((organisation_id,)), hidden=unknown("organisation"))
        rows = await running.store.get_rows("guidance", [(organisation_id,)])
        none = {"organisation_id": organisation_id, "guided_by": None, "since": None}
        return next((dict(row) for row in rows.values()), none)

    return router
