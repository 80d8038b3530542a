"""`/transfers`: asking for a transfer, sending it again, and reading how it stands."""

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import select

from services.mobility.api.fields import Act, Id, Month, Words
from services.mobility.api.queries import many, one, settings_of
from services.mobility.application import requests
from services.mobility.application.requests import Correction, Wanted
from services.mobility.application.steps import known, summary
from services.mobility.domain.terms import TransferScope
from services.mobility.projections.tables import TRANSFERS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.web.etag import etag
from shared.web.paging import Page, Paging


class Asking(Body):
    """A transfer that somebody asks for. Where the member comes from may be left out: the roll knows."""

    transfer_id: Id | None = None
    member_id: Id
    from_branch_id: Id | None = None
    from_committee_id: Id | None = None
    to_committee_id: Id
    to_branch_id: Id | None = None
    scope: TransferScope
    reason: Words
    dues_paid_to: Month


class Resending(Act):
    """What is different this time; what is left out stays as it was."""

    transfer_id: Id | None = None
    to_committee_id: Id | None = None
    to_branch_id: Id | None = None
    scope: TransferScope | None = None
    reason: Words | None = None
    dues_paid_to: Month | None = None


def transfers(running: Running) -> APIRouter:
    """The routes of transfers as a whole."""
    router = APIRouter(prefix="/transfers", tags=["transfers"])
    settings = settings_of(running)

    @router.post("", status_code=201)
    async def ask(body: Asking, asked: Request) -> Response:
        identity = body.transfer_id or running.ids()
        wanted = Wanted(**body.model_dump() | {"transfer_id": identity})

        async def job(unit: UnitOfWork) -> Answer:
            await requests.request(unit, wanted, settings.policy(wanted.scope))
            return Answer(201, await summary(unit, identity))

        return await answer(running, asked, identity, job)

    @router.post("/{transfer_id}/resending", status_code=201)
    async def resend(transfer_id: Id, body: Resending, asked: Request) -> Response:
        identity = body.transfer_id or running.ids()
        correction = Correction(**body.model_dump(exclude={"by"}) | {"transfer_id": identity})

        async def job(unit: UnitOfWork) -> Answer:
            scope = correction.scope or (await known(unit, transfer_id)).asked.scope
            await requests.resend(unit, transfer_id, body.by, correction, settings.policy(scope), asked.expected)
            return Answer(201, await summary(unit, identity) | {"resent_of": transfer_id})

        return await answer(running, asked, transfer_id, job)

    @router.get("/{transfer_id}")
    async def read(transfer_id: Id, response: Response) -> dict[str, Any]:
        row = await one(running, TRANSFERS, TRANSFERS.c.transfer_id == transfer_id, "transfer")
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.get("")
    async def listing(paging: Paging, member_id: Id | None = None, holder_id: Id | None = None) -> Page[dict[str, Any]]:
        key = TRANSFERS.c.transfer_id
        query = select(TRANSFERS).order_by(key).limit(paging.limit + 1)
        if member_id is not None:
            query = query.where(TRANSFERS.c.member_id == member_id)
        if holder_id is not None:
            query = query.where(TRANSFERS.c.holder_id == holder_id)
        if after := paging.after("transfers", str):
            query = query.where(key > after[0])
        rows = await many(running, query)
        return paging.page("transfers", rows, lambda row: (row["transfer_id"],), dict)

    return router
