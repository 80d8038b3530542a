"""`/roster`: which branch and which instructors assess a member."""

from typing import Any

from fastapi import APIRouter, Response

from services.assessment.api import shapes
from services.assessment.api.reading import reading
from services.assessment.domain.roster.decider import ROSTER
from services.assessment.domain.roster.state import RosterState
from services.assessment.domain.vocabulary import Id
from shared.kernel.errors import unknown
from shared.runtime.definition import Running
from shared.security.access import Access, action
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.shapes import answers


def roster(running: Running) -> APIRouter:
    """The routes of the roster."""
    router = APIRouter(prefix="/roster", tags=["roster"])

    @router.get("/{member_id}", responses=answers(200, shapes.ROSTER))
    @action("roster.read")
    async def read(member_id: Id, response: Response, access: Access) -> dict[str, Any]:
        unit = reading(running)
        state: RosterState = await unit.state(ROSTER, member_id)
        if not state.is_enrolled:
            raise unknown("member")
        concern = Concern(tuple(filter(None, [state.branch_id])), persons=tuple(state.instructor_ids))
        await access.check(concern, hidden=unknown("member"))
        response.headers["ETag"] = etag(await unit.version(ROSTER, member_id))
        return {
            "member_id": member_id,
            "branch_id": state.branch_id,
            "instructor_ids": list(state.instructor_ids),
            "moved_at": state.moved_at,
            "relocations": sorted(state.relocations),
        }

    return router
