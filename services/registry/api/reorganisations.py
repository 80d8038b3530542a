"""`/reorganisations`: 整建制转移, whole organisations for another superior, today, since a past day or on a day to come."""

from datetime import date
from typing import Any, Final, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import or_, select

from services.registry.api import shapes
from services.registry.api.acting import Act, after
from services.registry.api.listing import listed
from services.registry.application import reorganising
from services.registry.domain.reorganisation.commands import (
    GiveReceipt,
    HandOver,
    ReorganisationCommand,
    RevokeHandover,
)
from services.registry.domain.reorganisation.decider import REORGANISATION
from services.registry.domain.vocabulary import Id, Reason
from services.registry.projections.reorganisations import RECEIPTS
from services.registry.projections.reorganisations import TABLE as REORGANISATIONS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import unknown
from shared.runtime.commands import Asked, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many, one
from shared.security.access import Access, Permit, action
from shared.security.policy import Concern
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

MOST_HANDED_OVER: Final = 200


class Order(Act):
    """Whole organisations for another superior. On a day to come, a worker carries the order out on its day."""

    reorganisation_id: Id | None = None
    organisation_ids: tuple[Id, ...] = Field(min_length=1, max_length=MOST_HANDED_OVER)
    to_parent_id: Id
    reason: Reason
    effective_on: date | None = None


class Revocation(Act):
    """Why an order is not to be carried out after all."""

    reason: Reason


class Receipt(Act):
    """The new superior confirms one of them."""

    organisation_id: Id


def reorganisations(running: Running) -> APIRouter:
    """The routes of orders."""
    router = APIRouter(prefix="/reorganisations", tags=["organisations"])

    def _today() -> date:
        return local_date(running.clock.now())

    async def _seen(access: Permit, reorganisation_id: str) -> dict[str, Any]:
        key = REORGANISATIONS.c.reorganisation_id == reorganisation_id
        row = await one(running, REORGANISATIONS, key, "reorganisation")
        concern = Concern((row["ordered_by"], row["to_parent_id"], *row["organisation_ids"]))
        await access.check(concern, hidden=unknown("reorganisation"), action="reorganisation.read")
        return row

    async def _do(reorganisation_id: str, command: ReorganisationCommand, asked: Asked, status: int) -> Response:
        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(REORGANISATION, reorganisation_id, command, expected=asked.expected)
            return await after(unit, REORGANISATION, reorganisation_id, status, reorganisation_id=reorganisation_id)

        return await answer(running, asked, reorganisation_id, job)

    @router.post("", status_code=201, responses=answers(201, shapes.REORGANISATION_DONE))
    @action("organisation.reparent")
    async def hand_over(body: Order, asked: Request) -> Response:
        """All of them at once, or none. The new superior then confirms each."""
        await asked.access.acts_for(body.by)
        named = [*((one, "organisation_ids") for one in body.organisation_ids), (body.to_parent_id, "to_parent_id")]
        for organisation_id, where in named:
            await asked.access.check(Concern((organisation_id,)), hidden=unknown("organisation", where=where))
        identity = body.reorganisation_id or running.ids()
        facts = body.model_dump(exclude={"by", "effective_on"}) | {"reorganisation_id": identity}
        command = HandOver(**facts, ordered_by=body.by, on=body.effective_on or _today(), today=_today())

        async def job(unit: UnitOfWork) -> Answer:
            await reorganising.hand_over(unit, command)
            return await after(unit, REORGANISATION, identity, 201, reorganisation_id=identity)

        return await answer(running, asked, identity, job)

    @router.post("/{reorganisation_id}/revocation", responses=answers(200, shapes.REORGANISATION_DONE))
    @action("organisation.reparent")
    async def revoke(reorganisation_id: Id, body: Revocation, asked: Request) -> Response:
        """As long as its day has not come."""
        row = await _seen(asked.access, reorganisation_id)
        for organisation_id in (*row["organisation_ids"], row["to_parent_id"]):
            await asked.access.check(Concern((organisation_id,)), hidden=unknown("reorganisation"))
        await asked.access.acts_for(body.by)
        command = RevokeHandover(revoked_by=body.by, reason=body.reason, on=_today())
        return await _do(reorganisation_id, command, asked, 200)

    @router.post("/{reorganisation_id}/receipts", status_code=201, responses=answers(201, shapes.REORGANISATION_DONE))
    @action("organisation.receive")
    async def receive(reorganisation_id: Id, body: Receipt, asked: Request) -> Response:
        await one(running, REORGANISATIONS, REORGANISATIONS.c.reorganisation_id == reorganisation_id, "reorganisation")
        await asked.access.check(Concern((body.organisation_id,)), hidden=unknown("reorganisation"))
        await asked.access.acts_for(body.by)
        command = GiveReceipt(organisation_id=body.organisation_id, given_by=body.by, on=_today())
        return await _do(reorganisation_id, command, asked, 201)

    @router.get("/{reorganisation_id}", responses=answers(200, shapes.REORGANISATION))
    @action("reorganisation.read")
    async def read(reorganisation_id: Id, access: Access) -> dict[str, Any]:
        """The order, what became of it, and of each organisation whether its receipt is there."""
        row = await _seen(access, reorganisation_id)
        receipts = select(RECEIPTS).where(RECEIPTS.c.reorganisation_id == reorganisation_id)
        return row | {"receipts": await many(running, receipts.order_by(RECEIPTS.c.organisation_id))}

    @router.get("", responses=answers(200, page(shapes.REORGANISATION_LISTED)))
    @action("reorganisation.read")
    async def listing(
        paging: Paging,
        access: Access,
        status: Literal["scheduled", "carried_out", "failed", "revoked"] | None = None,
    ) -> Page[dict[str, Any]]:
        """Orders that concern the actor's organisations: what is to come, what was done, what could not be done and why."""
        scope = await access.scope()
        handed = select(RECEIPTS.c.reorganisation_id).where(RECEIPTS.c.organisation_id.in_(scope))
        table = REORGANISATIONS.c
        where = or_(table.ordered_by.in_(scope), table.to_parent_id.in_(scope), table.reorganisation_id.in_(handed))
        key = ("on_day", "reorganisation_id")
        return await listed(running, paging, "reorganisations", REORGANISATIONS, key, where, equal={"status": status})

    return router
