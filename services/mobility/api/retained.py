"""`/retained-relations`: graduates and members abroad whose relation stays with a committee for a time (domain T24)."""

from datetime import date

from fastapi import APIRouter, Response
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import decided, member_seen, seen, visible
from services.mobility.api.fields import Act, Id, Words
from services.mobility.domain.retained_relation.decider import (
    RETAINED_RELATION,
    EndRetention,
    RecordRetentionContact,
    RetainRelation,
    RetentionCommand,
)
from services.mobility.domain.retained_relation.events import RetentionDecision, RetentionKind
from services.mobility.projections.rules_tables import RETAINED
from shared.runtime.commands import Asked, Request
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, page_of
from shared.security.access import Access, action
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class Keeping(Act):
    """The committee `by` keeps the relation of a member."""

    retention_id: Id | None = None
    member_id: Id
    kind: RetentionKind
    since: date


class RetainedContact(Act):
    """There was contact on that day."""

    contacted_on: date


class RetentionEnding(Act):
    """What the committee decided, and why."""

    decision: RetentionDecision
    reason: Words
    decided_on: date


def retained(running: Running) -> APIRouter:
    """The routes of retained relations."""
    router = APIRouter(prefix="/retained-relations", tags=["retained relations"])

    async def decide(retention_id: str, body: Act, asked: Asked, command: RetentionCommand, status: int) -> Response:
        await asked.access.acts_for(body.by)
        said = {"retention_id": retention_id}
        return await decided(running, asked, RETAINED_RELATION, retention_id, command, status, **said)

    @router.post("", status_code=201, responses=answers(201, shapes.RETENTION_DONE))
    @action("retention.keep")
    async def keep(body: Keeping, asked: Request) -> Response:
        await member_seen(running, asked.access, body.member_id, "member_id")
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
    async def contact(retention_id: Id, body: RetainedContact, asked: Request) -> Response:
        await seen(running, asked.access, RETAINED, retention_id)
        at = running.clock.now()
        command = RecordRetentionContact(contacted_on=body.contacted_on, recorded_by=body.by, recorded_at=at)
        return await decide(retention_id, body, asked, command, 201)

    @router.post("/{retention_id}/end", responses=answers(200, shapes.RETENTION_DONE))
    @action("retention.keep")
    async def end(retention_id: Id, body: RetentionEnding, asked: Request) -> Response:
        await seen(running, asked.access, RETAINED, retention_id)
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
    async def read(retention_id: Id, response: Response, access: Access) -> Row:
        return await seen(running, access, RETAINED, retention_id, response)

    @router.get("", responses=answers(200, page(shapes.RETENTION)))
    @action("retention.read")
    async def listing(
        paging: Paging, access: Access, committee_id: Id | None = None, overdue: bool | None = None
    ) -> Page[Row]:
        wanted = given(RETAINED, committee_id=committee_id, overdue=overdue)
        query = select(RETAINED).where(await visible(RETAINED, access), *wanted)
        return await page_of(running, paging, "retained-relations", query, RETAINED.c.retention_id)

    return router
