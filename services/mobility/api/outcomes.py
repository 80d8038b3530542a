"""`/outcomes`: monthly figures of what became of transfers, with machines' failures and people's slowness apart."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import String, cast, func, or_, select

from services.mobility.api import shapes
from services.mobility.api.areas import within_area
from services.mobility.api.fields import AreaCode, Month
from services.mobility.api.periods import month_bounds
from services.mobility.api.sides import seen_by
from services.mobility.projections.tables import RELOCATIONS, TRANSFERS
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.security.access import Access, action
from shared.web.shapes import answers


def outcomes(running: Running) -> APIRouter:
    """Figures for transfers requested in a month, by where they began."""
    router = APIRouter(prefix="/outcomes", tags=["figures"])

    @router.get("", responses=answers(200, shapes.OUTCOMES))
    @action("outcome.read")
    async def read(
        access: Access,
        month: Annotated[Month, Query(description="of the request, YYYY-MM in Asia/Shanghai")],
        area: Annotated[AreaCode | None, Query(description="where they began; 350900 is a city with all in it")] = None,
    ) -> dict[str, Any]:
        """Counts per outcome and per cause; `untold` are those whose day has not come.

        `late_propagation` counts relocations of that month that not everybody had in time: `technical` where a service or
        a channel failed, `process` where somebody has only not acknowledged.
        """
        since, until = month_bounds(month)
        of_month = [TRANSFERS.c.requested_at >= since, TRANSFERS.c.requested_at < until, await seen_by(access)]
        if area is not None:
            of_month.append(within_area(TRANSFERS.c.from_area_code, area))
        columns = (TRANSFERS.c.outcome, TRANSFERS.c.outcome_detail)
        query = select(*columns, func.count().label("transfers")).where(*of_month).group_by(*columns)
        rows = await many(running, query.order_by(*columns))
        machine = or_(*(cast(RELOCATIONS.c.missing_when_late, String).contains(f'"{kind}:') for kind in _TECHNICAL))
        both = RELOCATIONS.join(TRANSFERS, TRANSFERS.c.transfer_id == RELOCATIONS.c.relocation_id)
        counting: Any = select(
            func.count().filter(machine).label("technical"), func.count().filter(~machine).label("process")
        )
        [late] = await many(running, counting.select_from(both).where(RELOCATIONS.c.late, *of_month))
        totals = dict.fromkeys(("on_time", "process_failure", "technical_failure", "not_counted", "untold"), 0)
        for row in rows:
            totals[row["outcome"] or "untold"] += row["transfers"]
        details = [
            {"outcome": row["outcome"], "detail": row["outcome_detail"], "transfers": row["transfers"]}
            for row in rows
            if row["outcome"] is not None
        ]
        return {
            "month": month,
            "area_code": area,
            "as_of": running.clock.now(),
            "transfers": sum(totals.values()),
            "outcomes": totals,
            "details": details,
            "late_propagation": late,
        }

    return router


_TECHNICAL = ("applied", "delivered", "undelivered")
