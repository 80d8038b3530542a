"""`/foundings`: applying for a party organisation, and the answer within a month (组建程序)."""

from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import or_, select

from services.registry.api import shapes
from services.registry.application import founding
from services.registry.domain.founding.decider import FOUNDING, ApplyForFounding, DecideFounding
from services.registry.domain.vocabulary import Id, Name, OrganisationHost, OrganisationKind, Reason
from services.registry.projections.foundings import TABLE
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import unknown
from shared.kernel.identifiers.area_code import AreaCode
from shared.kernel.identifiers.uscc import Uscc
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many, one
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class FoundingApplication(Body):
    """What is to be founded. `by` applies for the unit, `to` is the committee that decides and becomes its superior."""

    founding_id: Id | None = None
    organisation_id: Id | None = None
    by: Id
    to: Id
    name: Name
    kind: OrganisationKind
    area_code: AreaCode
    unit_uscc: Uscc | None = None
    host: OrganisationHost | None = None
    formal_members: int = Field(ge=0, le=1_000_000)


class Decision(Body):
    """The answer of the body that was asked; a refusal has a reason."""

    by: Id
    decision: Literal["approved", "refused"]
    reason: Reason | None = None


def foundings(running: Running) -> APIRouter:
    """The routes of applications."""
    router = APIRouter(prefix="/foundings", tags=["organisations"])

    @router.post("", status_code=201, responses=answers(201, shapes.FOUNDING_DONE))
    @action("founding.apply")
    async def apply(body: FoundingApplication, asked: Request) -> Response:
        await asked.access.acts_for(body.by)
        identity = body.founding_id or running.ids()
        facts = body.model_dump(exclude={"by", "to"}) | {
            "founding_id": identity,
            # Made from the application, so that the same one repeated names the same organisation.
            "organisation_id": body.organisation_id or f"{identity}-o",
        }
        command = ApplyForFounding(applied_by=body.by, decided_by=body.to, applied_at=running.clock.now(), **facts)

        async def job(unit: UnitOfWork) -> Answer:
            await founding.apply(unit, command)
            version = await unit.version(FOUNDING, identity)
            return Answer(
                201, {"founding_id": identity, "organisation_id": command.organisation_id, "version": version}
            )

        return await answer(running, asked, identity, job)

    @router.post("/{founding_id}/decision", responses=answers(200, shapes.FOUNDING_DONE))
    @action("founding.decide")
    async def decide(founding_id: Id, body: Decision, asked: Request) -> Response:
        row = await one(running, TABLE, TABLE.c.founding_id == founding_id, "founding")
        concern = Concern((row["decided_by"], row["applied_by"]))
        await asked.access.check(concern, hidden=unknown("founding"))
        await asked.access.acts_for(body.by)
        command = DecideFounding(
            decision=body.decision, reason=body.reason, decided_by=body.by, person_id=asked.access.actor.id,
            decided_on=local_date(running.clock.now()),
        )  # fmt: skip

        async def job(unit: UnitOfWork) -> Answer:
            await founding.answer(unit, founding_id, command, asked.expected)
            return Answer(200, {"founding_id": founding_id, "version": await unit.version(FOUNDING, founding_id)})

        return await answer(running, asked, founding_id, job)

    @router.get("", responses=answers(200, page(shapes.FOUNDING)))
    @action("founding.read")
    async def listing(
        paging: Paging, access: Access, status: Literal["open", "overdue", "approved", "refused"] | None = None
    ) -> Page[dict[str, Any]]:
        """Applications that the actor's organisations made or have to answer."""
        own = await access.scope()
        query = select(TABLE).where(or_(TABLE.c.applied_by.in_(own), TABLE.c.decided_by.in_(own)))
        if status is not None:
            query = query.where(TABLE.c.status == status)
        if after := paging.after("foundings", str):
            query = query.where(TABLE.c.founding_id > after[0])
        rows = await many(running, query.order_by(TABLE.c.founding_id).limit(paging.limit + 1))
        return paging.page("foundings", rows, lambda row: (row["founding_id"],), dict)

    return router
