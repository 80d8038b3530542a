"""`/units`: 两新组织 by their 统一社会信用代码."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.registry.api.batches import MOST_AT_ONCE, each
from services.registry.api.queries import many, one
from services.registry.domain.unit.commands import MOST_STAFF, ChangeUnit, CloseUnit, RegisterUnit
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.vocabulary import Name, Reason
from services.registry.projections.tables import UNITS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.identifiers.area_code import AreaCode
from shared.kernel.identifiers.uscc import Uscc
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.web.etag import etag
from shared.web.paging import Page, Paging


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

    @router.post("", status_code=201)
    async def register(body: RegisterUnit, asked: Request) -> Response:
        return await _do(body.uscc, body, asked, 201)

    @router.post("/batch")
    async def register_many(body: Registrations, asked: Request) -> dict[str, Any]:
        async def enter(command: RegisterUnit) -> None:
            await running.executor.run(lambda unit: unit.handle(UNIT, command.uscc, command), asked.cause(command.uscc))

        return await each(body.units, lambda command: command.uscc, enter)

    @router.patch("/{uscc}")
    async def change(uscc: Uscc, body: UnitChange, asked: Request) -> Response:
        return await _do(uscc, ChangeUnit(uscc=uscc, **body.model_dump()), asked)

    @router.post("/{uscc}/closure")
    async def close(uscc: Uscc, body: UnitClosure, asked: Request) -> Response:
        return await _do(uscc, CloseUnit(uscc=uscc, **body.model_dump()), asked)

    async def _do(uscc: str, command: Any, asked: Request, status: int = 200) -> Response:
        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(UNIT, uscc, command, expected=asked.expected)
            return Answer(status, {"uscc": uscc, "version": await unit.version(UNIT, uscc)})

        return await answer(running, asked, uscc, job)

    @router.get("/{uscc}")
    async def read(uscc: Uscc, response: Response) -> dict[str, Any]:
        row = await one(running, UNITS, UNITS.c.uscc == uscc, "unit")
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.get("")
    async def listing(paging: Paging, area_code: AreaCode | None = None) -> Page[dict[str, Any]]:
        query = select(UNITS).order_by(UNITS.c.uscc).limit(paging.limit + 1)
        if area_code is not None:
            query = query.where(UNITS.c.area_code == area_code)
        if after := paging.after("units", str):
            query = query.where(UNITS.c.uscc > after[0])
        return paging.page("units", await many(running, query), lambda row: (row["uscc"],), dict)

    return router
