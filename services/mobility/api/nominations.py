"""`/nominations`: what bodies were asked to decide about, and which of it silence brought to their superiors."""

from fastapi import APIRouter
from sqlalchemy import or_, select

from services.mobility.api import shapes
from services.mobility.api.words import words_of
from services.mobility.projections.care_tables import NOMINATIONS
from shared.runtime.definition import Running
from shared.runtime.reading import Row, is_set, page_of
from shared.security.access import Access, action
from shared.security.policy import Relation
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


def nominations(running: Running) -> APIRouter:
    """The queue of a body. Decided about at `/talents/{member_id}/nominations/{nomination_id}/decision`."""
    router = APIRouter(prefix="/nominations", tags=["talents"])
    words = words_of(running)

    @router.get("", responses=answers(200, page(shapes.NOMINATION)))
    @action("talent.read")
    async def listing(paging: Paging, access: Access, decided: bool | None = None) -> Page[Row]:
        table, scope = NOMINATIONS.c, await access.scope(Relation.WITHIN)
        asked = or_(table.body_id.in_(scope), table.escalated_to.in_(scope))
        query = select(NOMINATIONS).where(asked, *is_set(table.due_at, None if decided is None else not decided))
        found = await page_of(running, paging, "nominations", query, table.member_id, table.nomination_id)
        return await words.open_page(found, access.actor.id)

    return router
