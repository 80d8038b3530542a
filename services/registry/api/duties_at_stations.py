"""`/stations/{id}/duty`: who sits at a station on which day, and the days on which nobody does."""

from datetime import date, timedelta
from typing import Any, Final

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.registry.api import shapes
from services.registry.api.acting import after
from services.registry.application.scopes import require
from services.registry.domain.duty.decider import DUTY, DutyCommand, PlanDuty, ReplaceOnDuty, duty_id
from services.registry.domain.vocabulary import Id
from services.registry.projections.place_tables import DUTIES
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Invalid, unknown
from shared.runtime.commands import Asked, Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.security.access import Access, Permit, action
from shared.security.policy import Concern
from shared.web.shapes import answers

LONGEST_DAYS: Final = 366


class OnDuty(Body):
    """Everybody who is on duty that day."""

    person_ids: tuple[Id, ...] = Field(max_length=20)


class Replacement(Body):
    """Who stands in for whom."""

    person_id: Id
    by: Id


def duty(running: Running) -> APIRouter:
    """The routes of duty."""
    router = APIRouter(prefix="/stations", tags=["stations"])

    async def _own(access: Permit, station_id: str) -> None:
        concern = Concern(await access.organisation_of_station(station_id))
        await access.check(concern, hidden=unknown("station"))

    async def _plan(
        station_id: str, day: date, command: DutyCommand, persons: tuple[str, ...], asked: Asked
    ) -> Response:
        await _own(asked.access, station_id)
        identity = duty_id(station_id, day)

        async def job(unit: UnitOfWork) -> Answer:
            await require(unit, "station", station_id, "station_id")
            for person in persons:
                await require(unit, "member", person, "person_ids")
            await unit.handle(DUTY, identity, command, expected=asked.expected)
            return await after(unit, DUTY, identity, 200, station_id=station_id, day=day)

        return await answer(running, asked, identity, job)

    @router.put("/{station_id}/duty/{day}", responses=answers(200, shapes.DUTY_DONE))
    @action("station.plan-duty")
    async def plan(station_id: Id, day: date, body: OnDuty, asked: Request) -> Response:
        command = PlanDuty(station_id=station_id, day=day, person_ids=body.person_ids)
        return await _plan(station_id, day, command, body.person_ids, asked)

    @router.post("/{station_id}/duty/{day}/replacement", responses=answers(200, shapes.DUTY_DONE))
    @action("station.plan-duty")
    async def replace(station_id: Id, day: date, body: Replacement, asked: Request) -> Response:
        return await _plan(station_id, day, ReplaceOnDuty(**dict(body)), (body.by,), asked)

    @router.get("/{station_id}/duty", responses=answers(200, shapes.DUTY_PLAN))
    @action("place.read")
    async def read(station_id: Id, begins: date, ends: date, access: Access) -> dict[str, Any]:
        """The plan from one day to another, and the days in it without anybody."""
        await _own(access, station_id)
        if not 0 <= (ends - begins).days < LONGEST_DAYS:
            raise Invalid(
                "duty-days",
                "a plan is looked at for a year at most",
                remedy=f"let ends be at most {LONGEST_DAYS - 1} days after begins",
                where="ends",
            )
        query = select(DUTIES).where(DUTIES.c.station_id == station_id, DUTIES.c.day.between(begins, ends))
        planned = await many(running, query.order_by(DUTIES.c.day))
        covered = {row["day"] for row in planned if row["person_ids"]}
        days = [begins + timedelta(days=number) for number in range((ends - begins).days + 1)]
        return {"planned": planned, "gaps": [day for day in days if day not in covered]}

    return router
