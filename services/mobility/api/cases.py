"""`/cases`: whose turn it is (轮到谁), the most urgent first."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from sqlalchemy import or_, select, tuple_

from services.mobility.api import shapes
from services.mobility.api.fields import Id
from services.mobility.api.queries import many
from services.mobility.projections.tables import CASES
from shared.runtime.definition import Running
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
    ) -> Page[dict[str, Any]]:
        """Open cases that this organisation holds, or that were escalated to it because their holder stayed silent."""
        order = (CASES.c.due_at, CASES.c.case_id)
        scope = await access.scope()
        own = or_(CASES.c.holder_id.in_(scope), CASES.c.escalated_to.in_(scope))
        query = select(CASES).where(CASES.c.open, own).order_by(*order).limit(paging.limit + 1)
        if holder_id is not None:
            query = query.where(CASES.c.holder_id == holder_id)
        if escalated_to is not None:
            query = query.where(CASES.c.escalated_to == escalated_to)
        if after := paging.after("cases", datetime, str):
            query = query.where(tuple_(*order) > tuple_(*after))
        now = running.clock.now()
        rows = await many(running, query)
        return paging.page(
            "cases",
            rows,
            lambda row: (row["due_at"], row["case_id"]),
            lambda row: row | {"overdue": row["due_at"] <= now},
        )

    return router
