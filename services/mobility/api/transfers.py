"""`/transfers`: asking for a transfer, sending it again, and reading how it stands."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.configured import settings_of
from services.mobility.api.fields import Act, AreaCode, Id, Month, Reference, Words
from services.mobility.api.sides import concern_of, seen_by, transfer_seen
from services.mobility.application import requests
from services.mobility.application.departures import transfer_asked_for
from services.mobility.application.requests import Correction, Wanted
from services.mobility.application.steps import summary
from services.mobility.domain.terms import Carrying, TransferScope
from services.mobility.domain.transfer.legs import legs_of
from services.mobility.domain.transfer.outside import OutsideCommittee
from services.mobility.projections.tables import LEGS, TRANSFERS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.observability.tracing import concerns
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, many, one, page_of
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class Outside(Body):
    """非建库: a committee that is not in our tree, by its full name and place."""

    name: Annotated[str, Field(min_length=2, max_length=100)]
    area_code: AreaCode


class Asking(Body):
    """A transfer that somebody asks for. Where the member comes from may be left out, the roll knows; and how far it goes,
    which the tree tells: a scope that contradicts it is refused.
    """

    transfer_id: Id | None = None
    member_id: Id
    from_branch_id: Id | None = None
    from_committee_id: Id | None = None
    to_committee_id: Id | None = None
    to_branch_id: Id | None = None
    scope: TransferScope | None = None
    reason: Words
    dues_paid_to: Month
    carrying: Carrying = "electronic"
    outside: Outside | None = None
    examination_record: Reference | None = None


class Resending(Act):
    """What is different this time; what is left out stays as it was, but of another destination the scope is computed."""

    transfer_id: Id | None = None
    to_committee_id: Id | None = None
    to_branch_id: Id | None = None
    scope: TransferScope | None = None
    reason: Words | None = None
    dues_paid_to: Month | None = None
    carrying: Carrying | None = None
    outside: Outside | None = None
    examination_record: Reference | None = None


def transfers(running: Running) -> APIRouter:
    """The routes of transfers as a whole."""
    router = APIRouter(prefix="/transfers", tags=["transfers"])
    settings = settings_of(running)

    async def _belongs(member_id: str) -> Concern:
        rows = await running.store.get_rows("members", [(member_id,)])
        return Concern(tuple(str(row["organisation_id"]) for row in rows.values()))

    @router.post("", status_code=201, responses=answers(201, shapes.TRANSFER_STANDS))
    @action("transfer.request")
    async def ask(body: Asking, asked: Request) -> Response:
        await asked.access.check(await _belongs(body.member_id), hidden=unknown("member", where="member_id"))
        identity = body.transfer_id or running.ids()
        concerns(identity)
        wanted = Wanted(**body.model_dump() | {"transfer_id": identity, "outside": _outside(body.outside)})

        async def job(unit: UnitOfWork) -> Answer:
            await requests.request(unit, wanted, settings.policy)
            await transfer_asked_for(unit, wanted.member_id, identity)
            return Answer(201, await summary(unit, identity))

        return await answer(running, asked, identity, job)

    @router.post("/{transfer_id}/resending", status_code=201, responses=answers(201, shapes.TRANSFER_RESENT))
    @action("transfer.resend")
    async def resend(transfer_id: Id, body: Resending, asked: Request) -> Response:
        await transfer_seen(running, asked.access, transfer_id)
        await asked.access.acts_for(body.by)
        identity = body.transfer_id or running.ids()
        concerns(transfer_id)
        changes = body.model_dump(exclude={"by"}) | {"transfer_id": identity, "outside": _outside(body.outside)}
        correction = Correction(**changes)

        async def job(unit: UnitOfWork) -> Answer:
            await requests.resend(unit, transfer_id, body.by, correction, settings.policy, asked.expected)
            again = await summary(unit, identity)
            await transfer_asked_for(unit, again["member_id"], identity)
            return Answer(201, again | {"resent_of": transfer_id})

        return await answer(running, asked, transfer_id, job)

    @router.get("/{transfer_id}", responses=answers(200, shapes.TRANSFER))
    @action("transfer.read")
    async def read(transfer_id: Id, response: Response, access: Access) -> Row:
        row = await one(running, TRANSFERS, TRANSFERS.c.transfer_id == transfer_id, "transfer")
        await access.check(concern_of(row), hidden=unknown("transfer"))
        response.headers["ETag"] = etag(row["version"])
        legs = await many(running, select(LEGS).where(LEGS.c.transfer_id == transfer_id).order_by(LEGS.c.at))
        ways = legs_of(row["scope"], row["carrying"] or "electronic", row["outside"] is not None)
        return row | {"legs": {way: [leg for leg in legs if leg["leg"] == way] for way in ways}}

    @router.get("", responses=answers(200, page(shapes.TRANSFER_LISTED)))
    @action("transfer.read")
    async def listing(
        paging: Paging, access: Access, member_id: Id | None = None, holder_id: Id | None = None
    ) -> Page[Row]:
        wanted = given(TRANSFERS, member_id=member_id, holder_id=holder_id)
        query = select(TRANSFERS).where(await seen_by(access), *wanted)
        return await page_of(running, paging, "transfers", query, TRANSFERS.c.transfer_id)

    return router


def _outside(given: Outside | None) -> OutsideCommittee | None:
    return None if given is None else OutsideCommittee(**given.model_dump())
