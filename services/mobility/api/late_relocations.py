"""`/relocations?state=`: who is late, missing or failed, and asking for another try."""

from typing import Any, Literal

from fastapi import APIRouter, Response
from sqlalchemy import ColumnElement, and_, or_, select

from services.mobility.api import shapes
from services.mobility.api.fields import Act, Id
from services.mobility.api.sides import seen_by, transfer_seen
from services.mobility.processes.relocation.commands import RetryParty
from services.mobility.processes.relocation.decider import RELOCATION
from services.mobility.projections.missing import missing
from services.mobility.projections.tables import PROPAGATION, RELOCATIONS, TRANSFERS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.runtime.commands import Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import Row, many, page_of
from shared.security.access import Access, action
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page

State = Literal["pending", "late", "failed", "propagated", "stopped"]


class Retry(Act):
    """Whom no channel reached."""

    party_id: Id


def late_relocations(running: Running) -> APIRouter:
    """The ledger across relocations."""
    router = APIRouter(prefix="/relocations", tags=["relocations"])

    @router.get("", responses=answers(200, page(shapes.RELOCATION_LISTED)))
    @action("relocation.read")
    async def listing(paging: Paging, access: Access, state: State | None = None) -> Page[Row]:
        """Relocations, the longest waiting first, each with what is missing from whom.

        `late`: past its time and not with everybody. `failed`: somebody was reached on no channel. `pending`: on its way.
        `stopped`: the membership ended before the roll could follow, so nobody waits for anything.
        """
        both = RELOCATIONS.join(TRANSFERS, TRANSFERS.c.transfer_id == RELOCATIONS.c.relocation_id)
        begun = and_(RELOCATIONS.c.accepted_at.is_not(None), await seen_by(access))
        query = select(RELOCATIONS).select_from(both).where(begun)
        if state is not None:
            query = query.where(_in(state))
        order = (RELOCATIONS.c.accepted_at, RELOCATIONS.c.relocation_id)
        page = await page_of(running, paging, "relocations", query, *order)
        lacking = await _lacking(running, [row["relocation_id"] for row in page.items])
        for row in page.items:
            row["missing"] = lacking.get(row["relocation_id"], [])
        return page

    @router.post("/{relocation_id}/retries", status_code=201, responses=answers(201, shapes.PARTY_DONE))
    @action("relocation.retry")
    async def retry(relocation_id: Id, body: Retry, asked: Request) -> Response:
        await transfer_seen(running, asked.access, relocation_id, "relocation")
        await asked.access.acts_for(body.by)

        async def job(unit: UnitOfWork) -> Answer:
            unit.cause = unit.cause.with_correlation(relocation_id)
            at = unit.clock.now()
            command = RetryParty(party_id=body.party_id, asked_by=body.by, retried_at=at)
            await unit.handle(RELOCATION, relocation_id, command, expected=asked.expected)
            version = await unit.version(RELOCATION, relocation_id)
            return Answer(201, {"relocation_id": relocation_id, "party_id": body.party_id, "version": version})

        return await answer(running, asked, relocation_id, job)

    return router


def _in(state: State) -> ColumnElement[bool]:
    if state == "propagated":
        return RELOCATIONS.c.propagated_at.is_not(None)
    if state == "stopped":
        return RELOCATIONS.c.stopped_at.is_not(None)
    ended = or_(RELOCATIONS.c.propagated_at.is_not(None), RELOCATIONS.c.stopped_at.is_not(None))
    if state == "failed":
        return and_(~ended, _somebody_unreached())
    return and_(~ended, RELOCATIONS.c.late if state == "late" else ~RELOCATIONS.c.late)


def _somebody_unreached() -> ColumnElement[bool]:
    """A party with a channel that failed, and none that arrived or may still arrive."""
    failed, other = PROPAGATION.alias("failed"), PROPAGATION.alias("other")
    same = and_(other.c.relocation_id == failed.c.relocation_id, other.c.party_id == failed.c.party_id)
    hopeful = and_(same, other.c.step.in_(("email", "sms")), other.c.state.is_distinct_from("failed"))
    return (
        select(failed.c.party_id)
        .where(failed.c.relocation_id == RELOCATIONS.c.relocation_id, failed.c.state == "failed")
        .where(~select(other.c.step).where(hopeful).exists())
        .exists()
    )


async def _lacking(running: Running, ids: list[str]) -> dict[str, list[str]]:
    """What is missing of each; one query for the page."""
    required = and_(PROPAGATION.c.relocation_id.in_(ids), PROPAGATION.c.number.is_not(None))
    query = select(PROPAGATION).where(required).order_by(PROPAGATION.c.relocation_id, PROPAGATION.c.number)
    by_relocation: dict[str, list[dict[str, Any]]] = {}
    for row in await many(running, query):
        by_relocation.setdefault(row["relocation_id"], []).append(row)
    return {relocation_id: missing(rows) for relocation_id, rows in by_relocation.items()}
