"""`/cases`: whose turn it is (轮到谁), the most urgent first."""

from fastapi import APIRouter
from sqlalchemy import or_, select

from services.mobility.api import shapes
from services.mobility.api.fields import Id
from services.mobility.projections.tables import CASES
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, page_of
from shared.security.access import Access, action
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


def cases(running: Running) -> APIRouter:
    """The inbox of an organisation."""
    router = APIRouter(prefix="/cases", tags=["cases"])

    @router.get("", responses=answers(200, page(shapes.CASE)))
    @action("case.read")
    async def inbox(
        paging: Paging, access: Access, holder_id: Id | None = None, escalated_to: Id | None = None
    ) -> Page[Row]:
        """Open cases that this organisation holds, or that were escalated to it because their holder stayed silent."""
        scope = await access.scope()
        own = or_(CASES.c.holder_id.in_(scope), CASES.c.escalated_to.in_(scope))
        wanted = given(CASES, holder_id=holder_id, escalated_to=escalated_to)
        query, now = select(CASES).where(CASES.c.open, own, *wanted), running.clock.now()

        def shown(row: Row) -> Row:
            return row | {"overdue": row["due_at"] <= now}

        return await page_of(running, paging, "cases", query, CASES.c.due_at, CASES.c.case_id, item=shown)

    return router
