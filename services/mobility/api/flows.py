"""`/flows`: 流出地 → 流入地, how many members moved between which areas in which period, as of any day."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from sqlalchemy import func, select

from services.mobility.api import shapes
from services.mobility.api.areas import Level, at_level, within_area
from services.mobility.api.fields import AreaCode, Month
from services.mobility.api.periods import month_bounds
from services.mobility.api.sides import seen_by
from services.mobility.projections.tables import TRANSFERS
from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.errors import Invalid
from shared.runtime.definition import Running
from shared.runtime.reading import many
from shared.security.access import Access, action
from shared.web.days import DayAsked
from shared.web.shapes import answers

Period = Literal["month", "quarter", "year"]
_SHAPE: dict[Period, str] = {"month": "YYYY-MM", "quarter": 'YYYY"Q"Q', "year": "YYYY"}
_MOST_CELLS = 10_000


def flows(running: Running) -> APIRouter:
    """The matrix and its course over time, in one list of cells."""
    router = APIRouter(prefix="/flows", tags=["figures"])

    @router.get("", responses=answers(200, shapes.FLOWS))
    @action("outcome.read")
    async def read(
        access: Access,
        since: Annotated[Month, Query(description="first month, YYYY-MM")],
        until: Annotated[Month, Query(description="last month, YYYY-MM")],
        level: Level = "county",
        period: Period = "month",
        origin: AreaCode | None = None,
        destination: AreaCode | None = None,
        as_of: Annotated[DayAsked | None, Query(description="what was known at the end of that day")] = None,
    ) -> dict[str, Any]:
        """One cell per origin, destination and period. A case is counted once, by its acceptance, however it travelled.

        An acceptance is never taken back and keeps the areas it was made with, so the answer for a day stays the same.
        """
        begin, end = month_bounds(since)[0], month_bounds(until)[1]
        if begin >= end:
            raise Invalid("period-order", f"{until} is before {since}", remedy="give the earlier month as `since`")
        today = local_date(running.clock.now())
        known_by = end_of_day(min(as_of or today, today))
        accepted = TRANSFERS.c.accepted_at
        where = [accepted >= begin, accepted < end, accepted <= known_by, await seen_by(access)]
        for column, area in ((TRANSFERS.c.from_area_code, origin), (TRANSFERS.c.to_area_code, destination)):
            where += [within_area(column, area)] if area is not None else []
        cell = (
            at_level(TRANSFERS.c.from_area_code, level).label("origin"),
            at_level(TRANSFERS.c.to_area_code, level).label("destination"),
            func.to_char(func.timezone("Asia/Shanghai", accepted), _SHAPE[period]).label("period"),
        )
        query = select(*cell, func.count().label("members")).where(*where).group_by(*cell).order_by(*cell)
        cells = await many(running, query.limit(_MOST_CELLS + 1))
        if len(cells) > _MOST_CELLS:
            raise Invalid(
                "too-many-cells",
                f"that is a matrix of more than {_MOST_CELLS} cells",
                remedy="ask for a shorter time, a longer period, a coarser level, or one origin or destination",
            )
        return {"as_of": min(as_of or today, today), "level": level, "period": period, "cells": cells} | {
            "members": sum(one["members"] for one in cells)
        }

    return router
