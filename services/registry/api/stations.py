"""`/stations`: guidance stations, 驻城站, service centres and points; what they do, and what they reach."""

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import or_

from services.registry.api import shapes
from services.registry.api.acting import after
from services.registry.api.as_of import AsOf, day_of
from services.registry.api.listing import listed
from services.registry.api.search import Part, ids_of
from services.registry.api.station_counts import counts_of
from services.registry.application import stations as jobs
from services.registry.application import tree
from services.registry.application.closing import mark
from services.registry.domain.station.commands import ChangeStation, OpenStation, Population
from services.registry.domain.station.decider import STATION
from services.registry.domain.vocabulary import (
    Id,
    Name,
    OfficeEmail,
    OfficePhone,
    Reason,
    StationFunction,
    StationKind,
)
from services.registry.projections.tables import STATIONS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.kernel.identifiers.area_code import AreaCode
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many, one
from shared.security.access import Access, Permit, action, in_area
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class StationChange(Body):
    """What changes; the rest stays as it is."""

    name: Name | None = None
    office_email: OfficeEmail | None = None
    office_phone: OfficePhone | None = None
    pilot: bool | None = None
    functions: tuple[StationFunction, ...] | None = Field(default=None, max_length=9)
    site_id: Id | None = None
    population: Population | None = None


class StationOpening(StationChange):
    """A new station."""

    station_id: Id | None = None
    name: Name
    kind: StationKind
    area_code: AreaCode
    organisation_id: Id
    pilot: bool = False


class StationClosure(Body):
    """From which day, and why."""

    closed_on: date
    reason: Reason


def stations(running: Running) -> APIRouter:
    """The routes of stations. That they are there, everybody may know."""
    router = APIRouter(prefix="/stations", tags=["stations"])

    async def _own(access: Permit, station_id: str) -> None:
        concern = Concern(await access.organisation_of_station(station_id))
        await access.check(concern, hidden=unknown("station"))

    @router.post("", status_code=201, responses=answers(201, shapes.STATION_DONE))
    @action("station.open")
    async def open_(body: StationOpening, asked: Request) -> Response:
        await asked.access.check(Concern((body.organisation_id,)))
        identity = body.station_id or running.ids()

        async def job(unit: UnitOfWork) -> Answer:
            await tree.active(unit, body.organisation_id)
            await unit.handle(STATION, identity, OpenStation(**body.model_dump() | {"station_id": identity}))
            return await after(unit, STATION, identity, 201, station_id=identity)

        return await answer(running, asked, identity, job)

    @router.patch("/{station_id}", responses=answers(200, shapes.STATION_DONE))
    @action("station.change")
    async def change(station_id: Id, body: StationChange, asked: Request) -> Response:
        await _own(asked.access, station_id)

        async def job(unit: UnitOfWork) -> Answer:
            command = ChangeStation(station_id=station_id, **body.model_dump())
            await unit.handle(STATION, station_id, command, expected=asked.expected)
            return await after(unit, STATION, station_id, 200, station_id=station_id)

        return await answer(running, asked, station_id, job)

    @router.post("/{station_id}/closure", responses=answers(200, shapes.STATION_DONE))
    @action("station.change")
    async def close(station_id: Id, body: StationClosure, asked: Request) -> Response:
        await _own(asked.access, station_id)
        cause = asked.cause(station_id)
        expected = await mark(running.executor, cause, "station", station_id, jobs.in_use, asked.expected)

        async def job(unit: UnitOfWork) -> Answer:
            await jobs.close(unit, station_id, body.closed_on, body.reason, expected)
            return await after(unit, STATION, station_id, 200, station_id=station_id)

        return await answer(running, asked, station_id, job)

    @router.get("/counts", responses=answers(200, shapes.STATION_COUNTS))
    @action("station.read")
    async def counts(access: Access, as_of: AsOf = None, area_code: AreaCode | None = None) -> dict[str, Any]:
        """Per station, per area and in all, at the end of that day: who serves there, and what is served (W04, W05, W29)."""
        day = day_of(running, as_of)
        return await counts_of(lambda query: many(running, query), day, area_code)

    @router.get("/{station_id}", responses=answers(200, shapes.STATION))
    @action("station.read")
    async def read(station_id: Id, response: Response, access: Access) -> dict[str, Any]:
        await access.check(Concern(), hidden=unknown("station"))
        row = await one(running, STATIONS, STATIONS.c.station_id == station_id, "station")
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.get("", responses=answers(200, page(shapes.STATION)))
    @action("station.read")
    async def listing(
        paging: Paging,
        access: Access,
        kind: StationKind | None = None,
        area_code: AreaCode | None = None,
        organisation_id: Id | None = None,
        function: StationFunction | None = None,
        q: Part | None = None,
        as_of: AsOf = None,
        order: Literal["station_id", "area_code"] = "station_id",
    ) -> Page[dict[str, Any]]:
        """Stations that were open at the end of that day; an area is everything in it. Those of one `function` with their
        telephones are the directory of it.
        """
        day = day_of(running, as_of)
        stood = (STATIONS.c.opened_on <= day, or_(STATIONS.c.closed_on.is_(None), STATIONS.c.closed_on > day))
        here = in_area(STATIONS.c.area_code, [area_code] if area_code else [])
        here += [STATIONS.c.station_id.in_(ids_of("station", q))] if q else []
        here += [STATIONS.c.functions.contains([function])] if function else []
        equal = {"kind": kind, "organisation_id": organisation_id}
        key = ("area_code", "station_id") if order == "area_code" else ("station_id",)
        return await listed(running, paging, "stations", STATIONS, key, *stood, *here, equal=equal)

    return router
