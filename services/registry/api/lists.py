"""`/lists`: bringing the list of a business register or of civil affairs, and what became of each of its rows."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi import Request as HttpRequest
from fastapi.responses import StreamingResponse
from sqlalchemy import or_, select, text
from starlette.requests import ClientDisconnect

from services.registry.api import unit_shapes as shapes
from services.registry.application.imports.importing import Bringing, import_list
from services.registry.application.imports.judging import Asked
from services.registry.domain.listing.terms import FindingKind, Source
from services.registry.domain.vocabulary import Id, JurisdictionBasis
from services.registry.projections.listing_tables import LISTS
from shared.eventstore.context import Cause
from shared.kernel.errors import unknown
from shared.kernel.identifiers.area_code import AreaCode
from shared.observability.tracing import traceparent_of_current
from shared.runtime.definition import Running
from shared.runtime.reading import many, one
from shared.security.access import Access, Permit, action, in_area
from shared.security.policy import Concern
from shared.web import csv_file
from shared.web.errors import BadRequest, RequestTimeout
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

PATH: Final = "/lists"
_ARRIVES_WITHIN: Final = 300.0
_EXCEL: Final = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.ms-excel")
_FILE: Final = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("text/csv", *_EXCEL)},
    }
}
_FINDINGS: Final = text(
    """
    SELECT p.part, f.place, f.finding
    FROM list_parts AS p, jsonb_array_elements(p.findings) WITH ORDINALITY AS f (finding, place)
    WHERE p.list_id = :list_id AND (CAST(:kind AS text) IS NULL OR f.finding ->> 'kind' = :kind)
      AND (p.part, f.place) > (CAST(:part AS int), CAST(:place AS bigint))
    ORDER BY p.part, f.place LIMIT :limit
    """
)
_ADDED: Final = text(
    """
    SELECT p.part, a.place, a.uscc
    FROM list_parts AS p, jsonb_array_elements_text(p.added) WITH ORDINALITY AS a (uscc, place)
    WHERE p.list_id = :list_id AND (p.part, a.place) > (CAST(:part AS int), CAST(:place AS bigint))
    ORDER BY p.part, a.place LIMIT :limit
    """
)
_COLUMNS: Final = ("row", "column", "uscc", "kind", "code", "detail", "remedy")


def lists(running: Running) -> APIRouter:
    """The routes of imported lists."""
    router = APIRouter(prefix=PATH, tags=["lists"])

    @router.post("", status_code=201, responses=answers(201, shapes.LIST_BROUGHT), openapi_extra=_FILE)
    @action("list.import")
    async def bring(
        request: HttpRequest,
        access: Access,
        source: Source,
        list_date: date,
        basis: JurisdictionBasis,
        area_code: AreaCode,
        by: Id,
        apply: Annotated[bool, Query(description="false: only check, and change no unit")] = False,
        campaign: Annotated[str | None, Query(max_length=100)] = None,
    ) -> dict[str, Any]:
        """Check a list, or take it over. Safe to repeat: what is in already is found unchanged."""
        await access.check(Concern(area_code=area_code))
        await access.acts_for(by)
        asked = Asked(running.ids(), source, list_date, basis, area_code)
        cause = Cause(asked.list_id, None, access.actor.id, traceparent_of_current())
        as_excel = request.headers.get("content-type", "").split(";")[0].strip().lower() in _EXCEL
        with tempfile.TemporaryDirectory(prefix="yanzhen-list-") as directory:
            path = Path(directory) / "list"
            await _spool(request, path)
            bringing = Bringing(asked, path, by, apply, campaign, as_excel)
            counts = await import_list(running.engine, running.executor, bringing, cause)
        return {"list_id": asked.list_id, "applied": apply, "counts": counts}

    async def _row(list_id: str, access: Permit) -> dict[str, Any]:
        row = await one(running, LISTS, LISTS.c.list_id == list_id, "list")
        await access.check(Concern(area_code=row["area_code"]), hidden=unknown("list"))
        return row

    @router.get("/{list_id}", responses=answers(200, shapes.LIST))
    @action("list.read")
    async def read(list_id: Id, access: Access) -> dict[str, Any]:
        """Where the list came from and what its rows came to. Without `ended_at` it was interrupted: bring it again."""
        return await _row(list_id, access)

    @router.get("/{list_id}/findings", responses=answers(200, page(shapes.FINDING)))
    @action("list.read")
    async def findings(
        list_id: Id, paging: Paging, access: Access, kind: FindingKind | None = None
    ) -> Page[dict[str, Any]]:
        """What a person has to look at: rows that were refused, and what differs from what was known."""
        await _row(list_id, access)
        part, place = paging.after("findings", int, int) or (-1, 0)
        rows = await _some(list_id, kind, part, place, paging.limit + 1)
        return paging.page("findings", rows, lambda row: (row["part"], row["place"]), lambda row: dict(row["finding"]))

    @router.get("/{list_id}/findings.csv", response_class=StreamingResponse, responses=csv_file.DESCRIBED)
    @action("list.read")
    async def download(list_id: Id, access: Access, kind: FindingKind | None = None) -> StreamingResponse:
        """All of them as a file for the one who made the list: each with its row and column."""
        await _row(list_id, access)

        async def lines() -> AsyncIterator[str]:
            yield csv_file.line(_COLUMNS)
            part, place = -1, 0
            while rows := await _some(list_id, kind, part, place, 1000):
                yield "".join(csv_file.line(row["finding"].get(name) for name in _COLUMNS) for row in rows)
                part, place = rows[-1]["part"], rows[-1]["place"]

        return csv_file.download(lines(), "findings.csv")

    async def _some(list_id: str, kind: str | None, part: Any, place: Any, limit: int) -> list[dict[str, Any]]:
        values = {"list_id": list_id, "kind": kind, "part": part, "place": place, "limit": limit}
        async with running.reading() as connection:
            return [dict(row) for row in (await connection.execute(_FINDINGS, values)).mappings()]

    @router.get("/{list_id}/new-units", responses=answers(200, Page[str]))
    @action("list.read")
    async def added(list_id: Id, paging: Paging, access: Access) -> Page[str]:
        """The codes of the units that the list brought, or would bring."""
        await _row(list_id, access)
        part, place = paging.after("new-units", int, int) or (-1, 0)
        values = {"list_id": list_id, "part": part, "place": place, "limit": paging.limit + 1}
        async with running.reading() as connection:
            rows = [dict(row) for row in (await connection.execute(_ADDED, values)).mappings()]
        return paging.page("new-units", rows, lambda row: (row["part"], row["place"]), lambda row: str(row["uscc"]))

    @router.get("", responses=answers(200, page(shapes.LIST)))
    @action("list.read")
    async def listing(paging: Paging, access: Access, campaign: str | None = None) -> Page[dict[str, Any]]:
        """The lists of the actor's areas, the newest last."""
        query = select(LISTS).where(or_(*in_area(LISTS.c.area_code, await access.areas()), text("false")))
        if campaign is not None:
            query = query.where(LISTS.c.campaign == campaign)
        if after := paging.after("lists", str):
            query = query.where(LISTS.c.list_id > after[0])
        rows = await many(running, query.order_by(LISTS.c.list_id).limit(paging.limit + 1))
        return paging.page("lists", rows, lambda row: (row["list_id"],), dict)

    return router


async def _spool(request: HttpRequest, path: Path) -> None:
    """The body on disk. Nothing is begun before all of it is there."""
    try:
        async with asyncio.timeout(_ARRIVES_WITHIN):
            with path.open("wb") as file:
                async for chunk in request.stream():
                    file.write(chunk)
    except ClientDisconnect:
        raise BadRequest("body-cut-short", "the file did not arrive whole", remedy="send it again") from None
    except TimeoutError:
        raise RequestTimeout(
            "body-too-slow", f"the file did not arrive within {_ARRIVES_WITHIN:g} s", remedy="send it again"
        ) from None
