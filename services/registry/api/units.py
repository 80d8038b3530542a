"""`/units`: 两新组织 by their 统一社会信用代码."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import or_, select

from services.registry.api import shapes
from services.registry.api.batches import MOST_AT_ONCE, each
from services.registry.api.queries import many, one
from services.registry.domain.unit.commands import MOST_STAFF, ChangeUnit, CloseUnit, RegisterUnit
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.vocabulary import Name, Reason
from services.registry.projections.tables import ORGANISATIONS, UNITS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.kernel.identifiers.area_code import AreaCode
from shared.kernel.identifiers.uscc import Uscc
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.security.access import Access, action, in_area
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class UnitChange(Body):
    """What changes; the rest stays as it is."""

    name: Name | None = None
    area_code: AreaCode | None = None
    staff: int | None = Field(default=None, ge=0, le=MOST_STAFF)


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

    @router.post("", status_code=201, responses=answers(201, shapes.UNIT_DONE))
    @action("unit.register")
    async def register(body: RegisterUnit, asked: Request) -> Response:
        await asked.access.check(Concern(area_code=body.area_code))
        return await _do(body.uscc, body, asked, 201)

    @router.post("/batch", responses=answers(200, shapes.BATCH))
    @action("unit.register")
    async def register_many(body: Registrations, asked: Request) -> dict[str, Any]:
        async def enter(command: RegisterUnit) -> None:
            await asked.access.check(Concern(area_code=command.area_code))
            await running.executor.run(lambda unit: unit.handle(UNIT, command.uscc, command), asked.cause(command.uscc))

        return await each(body.units, lambda command: command.uscc, enter)

    @router.patch("/{uscc}", responses=answers(200, shapes.UNIT_DONE))
    @action("unit.change")
    async def change(uscc: Uscc, body: UnitChange, asked: Request) -> Response:
        await asked.access.check(await concern(running, uscc), hidden=unknown("unit"))
        if body.area_code is not None:
            await asked.access.check(Concern(area_code=body.area_code))
        return await _do(uscc, ChangeUnit(uscc=uscc, **body.model_dump()), asked)

    @router.post("/{uscc}/closure", responses=answers(200, shapes.UNIT_DONE))
    @action("unit.close")
    async def close(uscc: Uscc, body: UnitClosure, asked: Request) -> Response:
        await asked.access.check(await concern(running, uscc), hidden=unknown("unit"))
        return await _do(uscc, CloseUnit(uscc=uscc, **body.model_dump()), asked)

    async def _do(uscc: str, command: Any, asked: Request, status: int = 200) -> Response:
        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(UNIT, uscc, command, expected=asked.expected)
            return Answer(status, {"uscc": uscc, "version": await unit.version(UNIT, uscc)})

        return await answer(running, asked, uscc, job)

    @router.get("/{uscc}", responses=answers(200, shapes.UNIT))
    @action("unit.read")
    async def read(uscc: Uscc, response: Response, access: Access) -> dict[str, Any]:
        row = await one(running, UNITS, UNITS.c.uscc == uscc, "unit")
        await access.check(await concern(running, uscc), hidden=unknown("unit"))
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.get("", responses=answers(200, page(shapes.UNIT)))
    @action("unit.read")
    async def listing(paging: Paging, access: Access, area_code: AreaCode | None = None) -> Page[dict[str, Any]]:
        """Units of the places, and of the organisations, that the actor is responsible for."""
        hosts = select(ORGANISATIONS.c.unit_uscc).where(ORGANISATIONS.c.organisation_id.in_(await access.scope()))
        visible = or_(UNITS.c.uscc.in_(hosts), *in_area(UNITS.c.area_code, await access.areas()))
        query = select(UNITS).where(visible).order_by(UNITS.c.uscc).limit(paging.limit + 1)
        if area_code is not None:
            query = query.where(UNITS.c.area_code == area_code)
        if after := paging.after("units", str):
            query = query.where(UNITS.c.uscc > after[0])
        return paging.page("units", await many(running, query), lambda row: (row["uscc"],), dict)

    return router


async def concern(running: Running, uscc: str) -> Concern:
    """Whose business a unit is: its place's, and that of the organisations founded in it."""
    [*units] = (await running.store.get_rows("units", [(uscc,)])).values()
    hosted = await running.store.find_rows("organisations", {"unit_uscc": uscc})
    return Concern(
        organisations=tuple(str(row["organisation_id"]) for row in hosted),
        area_code=units[0]["area_code"] if units else None,
    )
