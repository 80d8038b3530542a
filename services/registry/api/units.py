"""`/units`: 两新组织 by their 统一社会信用代码, what is found out about each, and the ledger of it."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.registry.api import shapes
from services.registry.api.acting import after
from services.registry.api.batches import MOST_AT_ONCE, each
from services.registry.api.concerns import of_unit, units_seen
from services.registry.api.unit_shapes import LEDGER
from services.registry.application import closing_units
from services.registry.application.ledger import ledger
from services.registry.domain.unit.commands import ChangeUnit, CloseUnit, RegisterUnit, SurveyUnit
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.facts import UnitFacts
from services.registry.domain.vocabulary import Id, Reason
from services.registry.projections.unit_tables import UNITS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import unknown
from shared.kernel.identifiers.area_code import AreaCode
from shared.kernel.identifiers.uscc import Uscc
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many, one
from shared.security.access import Access, action, within_scope
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class UnitChange(UnitFacts, Body):
    """What changes; the rest stays as it is. `on`: the day from which it holds, today when left out."""

    model_config = Body.model_config

    on: date | None = None


class Survey(UnitFacts, Body):
    """What a visit or a return found out (五个清). `by` is the organisation that asked."""

    model_config = Body.model_config

    on: date
    by: Id


class Registrations(Body):
    """Several units at once."""

    units: list[RegisterUnit] = Field(min_length=1, max_length=MOST_AT_ONCE)


class UnitClosure(Body):
    """When and why the unit ceased to operate."""

    closed_on: date
    reason: Reason


def units(running: Running) -> APIRouter:
    """The routes of units."""
    router = APIRouter(prefix="/units", tags=["units"])

    def _dated(command: RegisterUnit) -> RegisterUnit:
        return command.model_copy(update={"on": command.on or local_date(running.clock.now())})

    @router.post("", status_code=201, responses=answers(201, shapes.UNIT_DONE))
    @action("unit.register")
    async def register(body: RegisterUnit, asked: Request) -> Response:
        await asked.access.check(Concern(area_code=body.area_code))
        return await _do(body.uscc, _dated(body), asked, 201)

    @router.post("/batch", responses=answers(200, shapes.BATCH))
    @action("unit.register")
    async def register_many(body: Registrations, asked: Request) -> dict[str, Any]:
        async def enter(command: RegisterUnit) -> None:
            await asked.access.check(Concern(area_code=command.area_code))
            dated = _dated(command)
            await running.executor.run(lambda unit: unit.handle(UNIT, dated.uscc, dated), asked.cause(dated.uscc))

        return await each(body.units, lambda command: command.uscc, enter)

    @router.patch("/{uscc}", responses=answers(200, shapes.UNIT_DONE))
    @action("unit.change")
    async def change(uscc: Uscc, body: UnitChange, asked: Request) -> Response:
        await asked.access.check(await of_unit(running, uscc), hidden=unknown("unit"))
        await _may_place(body, asked)
        facts = dict(body) | {"on": body.on or local_date(running.clock.now())}
        return await _do(uscc, ChangeUnit(uscc=uscc, **facts), asked)

    @router.post("/{uscc}/surveys", status_code=201, responses=answers(201, shapes.UNIT_DONE))
    @action("unit.survey")
    async def survey(uscc: Uscc, body: Survey, asked: Request) -> Response:
        await asked.access.check(await of_unit(running, uscc), hidden=unknown("unit"))
        await asked.access.acts_for(body.by)
        await _may_place(body, asked)
        facts = {name: value for name, value in dict(body).items() if name != "by"}
        return await _do(uscc, SurveyUnit(uscc=uscc, surveyed_by=body.by, **facts), asked, 201)

    async def _may_place(body: UnitFacts, asked: Request) -> None:
        if body.area_code is not None:
            # To move a unit is to hand it to whoever is responsible there.
            await asked.access.check(Concern(area_code=body.area_code), action="unit.register")

    @router.post("/{uscc}/closure", responses=answers(200, shapes.UNIT_DONE))
    @action("unit.close")
    async def close(uscc: Uscc, body: UnitClosure, asked: Request) -> Response:
        await asked.access.check(await of_unit(running, uscc), hidden=unknown("unit"))
        command = CloseUnit(uscc=uscc, **body.model_dump())

        async def job(unit: UnitOfWork) -> Answer:
            await closing_units.close(unit, command, asked.expected)
            return await after(unit, UNIT, uscc, 200, uscc=uscc)

        return await answer(running, asked, uscc, job)

    async def _do(uscc: str, command: Any, asked: Request, status: int = 200) -> Response:
        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(UNIT, uscc, command, expected=asked.expected)
            return Answer(status, {"uscc": uscc, "version": await unit.version(UNIT, uscc)})

        return await answer(running, asked, uscc, job)

    @router.get("/{uscc}", responses=answers(200, shapes.UNIT))
    @action("unit.read")
    async def read(uscc: Uscc, response: Response, access: Access) -> dict[str, Any]:
        row = await one(running, UNITS, UNITS.c.uscc == uscc, "unit")
        await access.check(await of_unit(running, uscc), hidden=unknown("unit"))
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.get("/{uscc}/ledger", responses=answers(200, LEDGER))
    @action("unit.read")
    async def read_ledger(uscc: Uscc, access: Access) -> dict[str, Any]:
        """一企一台账: the unit as it stands and who said so, who covers and serves it, its plan, every entry, oldest first."""
        row = await one(running, UNITS, UNITS.c.uscc == uscc, "unit")
        await access.check(await of_unit(running, uscc), hidden=unknown("unit"))
        return await ledger(running.store, running.model, row)

    @router.get("", responses=answers(200, page(shapes.UNIT)))
    @action("unit.read")
    async def listing(
        paging: Paging, access: Access, area_code: AreaCode | None = None, under: Id | None = None
    ) -> Page[dict[str, Any]]:
        """Units of the places, and of the organisations, that the actor is responsible for. `under`: those that fall to that
        organisation or to one below it.
        """
        query = select(UNITS).where(await units_seen(access)).order_by(UNITS.c.uscc).limit(paging.limit + 1)
        if area_code is not None:
            query = query.where(UNITS.c.area_code == area_code)
        if under is not None:
            query = query.where(UNITS.c.responsible_id.in_(within_scope([under], ())))
        if after := paging.after("units", str):
            query = query.where(UNITS.c.uscc > after[0])
        return paging.page("units", await many(running, query), lambda row: (row["uscc"],), dict)

    return router
