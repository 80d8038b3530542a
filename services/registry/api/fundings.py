"""`/fundings`: money that stations, organisations and places received, by source and year."""

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import func, select

from services.registry.api import shapes
from services.registry.api.acting import after
from services.registry.api.as_of import AsOf, day_of
from services.registry.api.listing import listed
from services.registry.api.places_of_posts import concern_at
from services.registry.application.scopes import organisation_of, require
from services.registry.domain.funding.decider import FUNDING, MOST_FEN, RecordFunding
from services.registry.domain.records import VoidRecord
from services.registry.domain.vocabulary import FundingSource, Id, Name
from services.registry.projections.place_tables import FUNDINGS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many, one
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class Received(Body):
    """What was received, from where, and which document says so. In fen (分)."""

    funding_id: Id | None = None
    scope: Literal["station", "organisation", "site", "platform"]
    scope_id: Id
    source: FundingSource
    year: int = Field(ge=1978, le=2200)
    amount_fen: int = Field(gt=0, le=MOST_FEN)
    received_on: date
    source_document: Name


def fundings(running: Running) -> APIRouter:
    """The routes of money."""
    router = APIRouter(prefix="/fundings", tags=["funding"])

    @router.post("", status_code=201, responses=answers(201, shapes.FUNDING_DONE))
    @action("funding.record")
    async def record(body: Received, asked: Request) -> Response:
        await asked.access.check(await concern_at(running, body.scope, body.scope_id))
        identity = body.funding_id or running.ids()

        async def job(unit: UnitOfWork) -> Answer:
            place = await require(unit, body.scope, body.scope_id)
            facts = dict(body) | {"funding_id": identity}
            facts |= {"organisation_id": organisation_of(body.scope, body.scope_id, place)}
            await unit.handle(FUNDING, identity, RecordFunding(**facts))
            return await after(unit, FUNDING, identity, 201, funding_id=identity)

        return await answer(running, asked, identity, job)

    @router.post("/{funding_id}/void", responses=answers(200, shapes.FUNDING_DONE))
    @action("funding.record")
    async def void(funding_id: Id, body: VoidRecord, asked: Request) -> Response:
        row = await one(running, FUNDINGS, FUNDINGS.c.funding_id == funding_id, "funding")
        await asked.access.check(Concern((row["organisation_id"],)), hidden=unknown("funding"))

        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(FUNDING, funding_id, body, expected=asked.expected)
            return await after(unit, FUNDING, funding_id, 200, funding_id=funding_id)

        return await answer(running, asked, funding_id, job)

    @router.get("", responses=answers(200, page(shapes.FUNDING)))
    @action("funding.read")
    async def listing(
        paging: Paging,
        access: Access,
        scope_id: Id | None = None,
        source: FundingSource | None = None,
        year: int | None = None,
    ) -> Page[dict[str, Any]]:
        """Every record, those that were wrong as well."""
        mine = FUNDINGS.c.organisation_id.in_(await access.scope())
        equal = {"scope_id": scope_id, "source": source, "year": year}
        key = ("received_on", "funding_id")
        return await listed(running, paging, "fundings", FUNDINGS, key, mine, equal=equal)

    @router.get("/totals", responses=answers(200, shapes.FUNDING_TOTALS))
    @action("funding.read")
    async def totals(access: Access, as_of: AsOf = None) -> dict[str, Any]:
        """By year and source: how much, to how many, received up to that day."""
        day = day_of(running, as_of)
        group = (FUNDINGS.c.year, FUNDINGS.c.source)
        amounts = (
            func.sum(FUNDINGS.c.amount_fen).label("amount_fen"),
            func.count(FUNDINGS.c.scope_id.distinct()).label("receivers"),
        )
        where = (
            FUNDINGS.c.organisation_id.in_(await access.scope()),
            FUNDINGS.c.received_on <= day,
            ~FUNDINGS.c.voided,
        )
        found = await many(running, select(*group, *amounts).where(*where).group_by(*group).order_by(*group))
        sums = [row | {"amount_fen": int(row["amount_fen"])} for row in found]
        return {"as_of": day, "totals": sums}

    return router
