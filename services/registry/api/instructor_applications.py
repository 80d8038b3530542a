"""`/instructor-applications`: 双向选择, from the application over the review to the appointment."""

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import or_

from services.registry.api import shapes
from services.registry.api.acting import Act, after
from services.registry.api.listing import listed
from services.registry.application import instructors
from services.registry.application.scopes import require
from services.registry.domain.instructor_application.commands import (
    ApplicationCommand,
    Criterion,
    ReviewApplication,
    WithdrawApplication,
)
from services.registry.domain.instructor_application.decider import INSTRUCTOR_APPLICATION
from services.registry.domain.vocabulary import Id, PostCapacity, PostSource, Reason
from services.registry.projections.staffing_tables import INSTRUCTOR_APPLICATIONS as TABLE
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.runtime.commands import Asked, Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import one
from shared.security.access import Access, Permit, action
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class InstructorCandidacy(Body):
    """Who wants to be an instructor where, and what qualifies them."""

    application_id: Id | None = None
    person_id: Id
    station_id: Id
    wishes: tuple[Id, ...] = Field(default=(), max_length=20)
    source: PostSource = "volunteered"
    capacity: PostCapacity


class Review(Act):
    """What the body says about it, and who signs."""

    accepted: bool
    criteria_met: tuple[Criterion, ...] = Field(max_length=3)
    text: Reason
    person_id: Id


class Appointment(Act):
    """From when on, and for which organisations."""

    since: date
    organisation_ids: tuple[Id, ...] = Field(default=(), max_length=50)


def instructor_applications(running: Running) -> APIRouter:
    """The routes of applications."""
    router = APIRouter(prefix="/instructor-applications", tags=["posts"])

    async def _seen(access: Permit, application_id: str) -> dict[str, Any]:
        row = await one(running, TABLE, TABLE.c.application_id == application_id, "application")
        concern = Concern((row["organisation_id"],), (row["person_id"],))
        await access.check(concern, hidden=unknown("application"))
        return row

    async def _do(application_id: str, asked: Asked, command: ApplicationCommand) -> Response:
        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(INSTRUCTOR_APPLICATION, application_id, command, expected=asked.expected)
            return await after(unit, INSTRUCTOR_APPLICATION, application_id, 200, application_id=application_id)

        return await answer(running, asked, application_id, job)

    @router.post("", status_code=201, responses=answers(201, shapes.APPLICATION_DONE))
    @action("instructor.apply")
    async def apply(body: InstructorCandidacy, asked: Request) -> Response:
        station = await asked.access.organisation_of_station(body.station_id)
        await asked.access.check(Concern(station, (body.person_id,)))
        identity = body.application_id or running.ids()

        async def job(unit: UnitOfWork) -> Answer:
            await require(unit, "station", body.station_id, "station_id")
            facts = dict(body) | {"application_id": identity}
            await instructors.apply(unit, **facts)
            return await after(unit, INSTRUCTOR_APPLICATION, identity, 201, application_id=identity)

        return await answer(running, asked, identity, job)

    @router.post("/{application_id}/review", responses=answers(200, shapes.APPLICATION_DONE))
    @action("instructor.review")
    async def review(application_id: Id, body: Review, asked: Request) -> Response:
        await _seen(asked.access, application_id)
        await asked.access.acts_for(body.by)
        command = ReviewApplication(
            **body.model_dump(exclude={"by"}), reviewed_by=body.by, reviewed_at=running.clock.now()
        )
        return await _do(application_id, asked, command)

    @router.post("/{application_id}/withdrawal", responses=answers(200, shapes.APPLICATION_DONE))
    @action("instructor.apply")
    async def withdraw(application_id: Id, asked: Request) -> Response:
        await _seen(asked.access, application_id)
        return await _do(application_id, asked, WithdrawApplication(withdrawn_at=running.clock.now()))

    @router.post("/{application_id}/appointment", status_code=201, responses=answers(201, shapes.APPLICATION_DONE))
    @action("instructor.review")
    async def appoint(application_id: Id, body: Appointment, asked: Request) -> Response:
        await _seen(asked.access, application_id)
        await asked.access.acts_for(body.by)
        places = tuple(dict.fromkeys(body.organisation_ids))
        if places:
            await asked.access.check(Concern(places))

        async def job(unit: UnitOfWork) -> Answer:
            post_id = await instructors.appoint(unit, application_id, body.since, places, asked.expected)
            said = {"application_id": application_id, "post_id": post_id}
            return await after(unit, INSTRUCTOR_APPLICATION, application_id, 201, **said)

        return await answer(running, asked, application_id, job)

    @router.get("/{application_id}", responses=answers(200, shapes.APPLICATION))
    @action("instructor.read")
    async def read(application_id: Id, response: Response, access: Access) -> dict[str, Any]:
        row = await _seen(access, application_id)
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.get("", responses=answers(200, page(shapes.APPLICATION)))
    @action("instructor.read")
    async def listing(
        paging: Paging,
        access: Access,
        station_id: Id | None = None,
        status: Literal["open", "accepted", "declined", "withdrawn", "appointed"] | None = None,
    ) -> Page[dict[str, Any]]:
        """Applications to the stations within the actor's scope, and the actor's own."""
        visible = or_(TABLE.c.organisation_id.in_(await access.scope()), TABLE.c.person_id == access.actor.id)
        equal = {"station_id": station_id, "status": status}
        return await listed(
            running, paging, "instructor-applications", TABLE, ("application_id",), visible, equal=equal
        )

    return router
