"""`/branch-proposals`: three members at one place can be a temporary branch; their committee decides (domain M11)."""

from fastapi import APIRouter, Response
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import decided, seen, visible
from services.mobility.api.fields import Act, Id, Words
from services.mobility.domain.collective.decider import COLLECTIVE, DecideTemporaryBranch
from services.mobility.projections.care_tables import BRANCH_PROPOSALS
from shared.runtime.commands import Request
from shared.runtime.definition import Running
from shared.runtime.reading import Row, is_set, page_of
from shared.security.access import Access, action
from shared.security.policy import Relation
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

    @router.post("/{proposal_id}/decision", responses=answers(200, shapes.BRANCH_PROPOSAL_DONE))
    @action("branch-proposal.decide")
    async def decide(proposal_id: Id, body: BranchDecision, asked: Request) -> Response:
        await seen(running, asked.access, BRANCH_PROPOSALS, proposal_id)
        await asked.access.acts_for(body.by)
        command = DecideTemporaryBranch(
            agreed=body.agreed,
            consulted_id=body.consulted_id,
            text=body.text,
            decided_by=body.by,
            decided_at=running.clock.now(),
        )
        said = {"proposal_id": proposal_id, "agreed": body.agreed}
        return await decided(running, asked, COLLECTIVE, proposal_id, command, 200, **said)

    @router.get("/{proposal_id}", responses=answers(200, shapes.BRANCH_PROPOSAL))
    @action("branch-proposal.read")
    async def read(proposal_id: Id, response: Response, access: Access) -> Row:
        return await seen(running, access, BRANCH_PROPOSALS, proposal_id, response)

    @router.get("", responses=answers(200, page(shapes.BRANCH_PROPOSAL)))
    @action("branch-proposal.read")
    async def listing(paging: Paging, access: Access, decided: bool | None = None) -> Page[Row]:
        table = BRANCH_PROPOSALS.c
        mine = await visible(BRANCH_PROPOSALS, access, Relation.WITHIN)
        query = select(BRANCH_PROPOSALS).where(mine, *is_set(table.decided_at, decided))
        return await page_of(running, paging, "branch-proposals", query, table.proposal_id)

    return router
