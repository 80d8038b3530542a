"""`/branch-proposals`: three members at one place can be a temporary branch; their committee decides (domain M11)."""

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import after
from services.mobility.api.fields import Act, Id, Words
from services.mobility.api.queries import many, one
from services.mobility.domain.collective.decider import COLLECTIVE, DecideTemporaryBranch
from services.mobility.projections.care_tables import BRANCH_PROPOSALS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import unknown
from shared.runtime.commands import Request, answer
from shared.runtime.definition import Running
from shared.security.access import Access, Permit, action
from shared.security.policy import Concern, Relation
from shared.web.etag import etag
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class BranchDecision(Act):
    """Yes, after consulting whom at the inflow side; or no; and why."""

    agreed: bool
    consulted_id: Id | None = None
    text: Words


def branch_proposals(running: Running) -> APIRouter:
    """Proposals and what became of them."""
    router = APIRouter(prefix="/branch-proposals", tags=["branch proposals"])

    async def proposal_seen(access: Permit, proposal_id: str) -> dict[str, Any]:
        key = BRANCH_PROPOSALS.c.proposal_id == proposal_id
        row = await one(running, BRANCH_PROPOSALS, key, "proposal")
        await access.check(Concern((row["body_id"],)), hidden=unknown("proposal"))
        return row

    @router.post("/{proposal_id}/decision", responses=answers(200, shapes.BRANCH_PROPOSAL_DONE))
    @action("branch-proposal.decide")
    async def decide(proposal_id: Id, body: BranchDecision, asked: Request) -> Response:
        await proposal_seen(asked.access, proposal_id)
        await asked.access.acts_for(body.by)
        command = DecideTemporaryBranch(
            agreed=body.agreed,
            consulted_id=body.consulted_id,
            text=body.text,
            decided_by=body.by,
            decided_at=running.clock.now(),
        )

        async def job(unit: UnitOfWork) -> Answer:
            await unit.handle(COLLECTIVE, proposal_id, command, expected=asked.expected)
            return await after(unit, COLLECTIVE, proposal_id, 200, proposal_id=proposal_id, agreed=body.agreed)

        return await answer(running, asked, proposal_id, job)

    @router.get("/{proposal_id}", responses=answers(200, shapes.BRANCH_PROPOSAL))
    @action("branch-proposal.read")
    async def read(proposal_id: Id, response: Response, access: Access) -> dict[str, Any]:
        row = await proposal_seen(access, proposal_id)
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.get("", responses=answers(200, page(shapes.BRANCH_PROPOSAL)))
    @action("branch-proposal.read")
    async def listing(paging: Paging, access: Access, decided: bool | None = None) -> Page[dict[str, Any]]:
        key, scope = BRANCH_PROPOSALS.c.proposal_id, await access.scope(Relation.WITHIN)
        query = select(BRANCH_PROPOSALS).where(BRANCH_PROPOSALS.c.body_id.in_(scope)).order_by(key)
        if decided is not None:
            at = BRANCH_PROPOSALS.c.decided_at
            query = query.where(at.is_not(None) if decided else at.is_(None))
        if begin_after := paging.after("branch-proposals", str):
            query = query.where(key > begin_after[0])
        rows = await many(running, query.limit(paging.limit + 1))
        return paging.page("branch-proposals", rows, lambda row: (row["proposal_id"],), dict)

    return router
