"""`/places`: sites, platforms, grids and functional groups (阵地、平台、网格、功能党小组)."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import or_

from services.registry.api import shapes
from services.registry.api.acting import after
from services.registry.api.as_of import AsOf, day_of
from services.registry.api.listing import listed
from services.registry.api.search import Part, ids_of
from services.registry.application import closing_places, tree
from services.registry.application.scopes import require
from services.registry.domain.place.commands import (
    ChangePlace,
    ClosePlace,
    Form,
    OpenPlace,
    PlaceCommand,
    ReachStep,
)
from services.registry.domain.place.decider import PLACE
from services.registry.domain.vocabulary import Governance, Id, Name, PlaceKind
from services.registry.projections.place_tables import PLACES
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.kernel.identifiers.area_code import AreaCode
from shared.runtime.commands import Asked, Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import one
from shared.security.access import Access, Permit, action, in_area
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class PlaceOpening(Body):
    """A new place, and the organisation that answers for it."""

    place_id: Id | None = None
    kind: PlaceKind
    form: Form
    name: Name
    area_code: AreaCode
    organisation_id: Id
    station_id: Id | None = None
    governance: Governance | None = None
    opened_on: date


def places(running: Running) -> APIRouter:
    """The routes of places."""
    router = APIRouter(prefix="/places", tags=["places"])

    async def _seen(access: Permit, place_id: str) -> dict[str, Any]:
        row = await one(running, PLACES, PLACES.c.place_id == place_id, "place")
        await access.check(Concern((row["organisation_id"],)), hidden=unknown("place"))
        return row

    async def _do(place_id: str, command: PlaceCommand, asked: Asked) -> Response:
        await _seen(asked.access, place_id)

        async def job(unit: UnitOfWork) -> Answer:
            if isinstance(command, ClosePlace):
                await closing_places.close(unit, place_id, command, asked.expected)
            else:
                await unit.handle(PLACE, place_id, command, expected=asked.expected)
            return await after(unit, PLACE, place_id, 200, place_id=place_id)

        return await answer(running, asked, place_id, job)

    @router.post("", status_code=201, responses=answers(201, shapes.PLACE_DONE))
    @action("place.keep")
    async def open_(body: PlaceOpening, asked: Request) -> Response:
        await asked.access.check(Concern((body.organisation_id,)))
        identity = body.place_id or running.ids()

        async def job(unit: UnitOfWork) -> Answer:
            await tree.active(unit, body.organisation_id)
            if body.station_id is not None:
                await require(unit, "station", body.station_id, "station_id")
            await unit.handle(PLACE, identity, OpenPlace(**body.model_dump() | {"place_id": identity}))
            return await after(unit, PLACE, identity, 201, place_id=identity)

        return await answer(running, asked, identity, job)

    @router.patch("/{place_id}", responses=answers(200, shapes.PLACE_DONE))
    @action("place.keep")
    async def change(place_id: Id, body: ChangePlace, asked: Request) -> Response:
        return await _do(place_id, body, asked)

    @router.post("/{place_id}/steps", responses=answers(200, shapes.PLACE_DONE))
    @action("place.keep")
    async def reach(place_id: Id, body: ReachStep, asked: Request) -> Response:
        return await _do(place_id, body, asked)

    @router.post("/{place_id}/closure", responses=answers(200, shapes.PLACE_DONE))
    @action("place.keep")
    async def close(place_id: Id, body: ClosePlace, asked: Request) -> Response:
        return await _do(place_id, body, asked)

    @router.get("/{place_id}", responses=answers(200, shapes.PLACE))
    @action("place.read")
    async def read(place_id: Id, response: Response, access: Access) -> dict[str, Any]:
        row = await _seen(access, place_id)
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.get("", responses=answers(200, page(shapes.PLACE)))
    @action("place.read")
    async def listing(
        paging: Paging,
        access: Access,
        kind: PlaceKind | None = None,
        form: Form | None = None,
        area_code: AreaCode | None = None,
        station_id: Id | None = None,
        q: Part | None = None,
        as_of: AsOf = None,
    ) -> Page[dict[str, Any]]:
        """Places that the actor's organisations answer for, and that were open at the end of that day."""
        day = day_of(running, as_of)
        where = (
            PLACES.c.organisation_id.in_(await access.scope()),
            PLACES.c.opened_on <= day,
            or_(PLACES.c.closed_on.is_(None), PLACES.c.closed_on > day),
            *in_area(PLACES.c.area_code, [area_code] if area_code else []),
            *([PLACES.c.place_id.in_(ids_of("place", q))] if q else []),
        )
        equal = {"kind": kind, "form": form, "station_id": station_id}
        return await listed(running, paging, "places", PLACES, ("place_id",), *where, equal=equal)

    return router
