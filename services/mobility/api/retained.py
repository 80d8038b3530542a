"""`/retained-relations`: graduates and members abroad whose relation stays with a committee for a time (domain T24)."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.fields import Act, Id, Words
from services.mobility.api.queries import many, one
from services.mobility.domain.retained_relation.decider import (
    RETAINED_RELATION,
    EndRetention,
    RecordRetentionContact,
    RetainRelation,
    RetentionCommand,
)
from services.mobility.domain.retained_relation.events import RetentionDecision, RetentionKind
from services.mobility.projections.rules_tables import RETAINED
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.runtime.commands import Asked, Request, answer
from shared.runtime.definition import Running
from shared.security.access import Access, Permit, action
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class Keeping(Act):
    """The committee `by` keeps the relation of a member."""

    retention_id: Id | None = None
    member_id: Id
    kind: RetentionKind
    since: date


class Contact(Act):
    """There was contact on that day."""

    contacted_on: date


class Ending(Act):
    """What the committee decided, and why."""

    decision: RetentionDecision
    reason: Words
    decided_on: date


def retained(running: Running) -> APIRouter:
    """The routes of retained relations."""
    router = APIRouter(prefix="/retained-relations", tags=["retained relations"])

    async def seen(access: Permit, retention_id: str) -> dict[str, Any]:
        row = await one(running, RETAINED, RETAINED.c.retention_id == retention_id, "retained relation")
        await access.check(Concern((row["committee_id"],)), hidden=unknown("retained relation"))
        return row

    async def decide(retention_id: str, body: Act, asked: Asked, command: RetentionCommand, status: int) -> Response:
        await asked.access.acts_for(body.by)

        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(RETAINED_RELATION, retention_id, command, expected=asked.expected)
            version = await unit.version(RETAINED_RELATION, retention_id)
            return Answer(status, {"retention_id": retention_id, "version": version})

        return await answer(running, asked, retention_id, job)

    @router.post("", status_code=201, responses=answers(201, shapes.RETENTION_DONE))
    @action("retention.keep")
    async def keep(body: Keeping, asked: Request) -> Response:
        members = await running.store.get_rows("members", [(body.member_id,)])
        belongs = tuple(str(row["organisation_id"]) for row in members.values())
        await asked.access.check(Concern(belongs), hidden=unknown("member"))
        identity = body.retention_id or running.ids()
        command = RetainRelation(
            retention_id=identity,
            member_id=body.member_id,
            committee_id=body.by,
            kind=body.kind,
            since=body.since,
            retained_at=running.clock.now(),
        )
        return await decide(identity, body, asked, command, 201)

    @router.post("/{retention_id}/contacts", status_code=201, responses=answers(201, shapes.RETENTION_DONE))
    @action("retention.keep")
    async def contact(retention_id: Id, body: Contact, asked: Request) -> Response:
        await seen(asked.access, retention_id)
        at = running.clock.now()
        command = RecordRetentionContact(contacted_on=body.contacted_on, recorded_by=body.by, recorded_at=at)
        return await decide(retention_id, body, asked, command, 201)

    @router.post("/{retention_id}/end", responses=answers(200, shapes.RETENTION_DONE))
    @action("retention.keep")
    async def end(retention_id: Id, body: Ending, asked: Request) -> Response:
        await seen(asked.access, retention_id)
        command = EndRetention(
            decision=body.decision,
            decided_by=body.by,
            reason=body.reason,
            decided_on=body.decided_on,
            ended_at=running.clock.now(),
        )
        return await decide(retention_id, body, asked, command, 200)

    @router.get("/{retention_id}", responses=answers(200, shapes.RETENTION))
    @action("retention.read")
    async def read(retention_id: Id, response: Response, access: Access) -> dict[str, Any]:
        row = await seen(access, retention_id)
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.get("", responses=answers(200, page(shapes.RETENTION)))
    @action("retention.read")
    async def listing(
        paging: Paging, access: Access, committee_id: Id | None = None, overdue: bool | None = None
    ) -> Page[dict[str, Any]]:
        key = RETAINED.c.retention_id
        mine = RETAINED.c.committee_id.in_(await access.scope())
        query = select(RETAINED).where(mine).order_by(key).limit(paging.limit + 1)
        if committee_id is not None:
            query = query.where(RETAINED.c.committee_id == committee_id)
        if overdue is not None:
            query = query.where(RETAINED.c.overdue == overdue)
        if after := paging.after("retained-relations", str):
            query = query.where(key > after[0])
        rows = await many(running, query)
        return paging.page("retained-relations", rows, lambda row: (row["retention_id"],), dict)

    return router
