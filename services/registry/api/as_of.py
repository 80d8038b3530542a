"""As of a day (截至): what stood at the end of that day in Shanghai, today unless another is asked for."""

from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import Query
from sqlalchemy import Column, ColumnElement, Select, Table, select
from sqlalchemy.dialects.postgresql import distinct_on

from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.errors import Invalid
from shared.runtime.definition import Running
from shared.web.days import DayAsked

EARLIEST: Final = date(1921, 7, 1)
"""There was nothing to count before."""

AsOf = Annotated[DayAsked | None, Query(description="the day to look at; today if left out")]
"""A route parameter: `?as_of=2026-06-30`."""


def day_of(running: Running, as_of: date | None) -> date:
    """The day that is asked about. Raises `Invalid` (`as-of`): what will be cannot be counted."""
    today = local_date(running.clock.now())
    if as_of is not None and not EARLIEST <= as_of <= today:
        raise Invalid(
            "as-of",
            f"{as_of} has not come yet, or was before {EARLIEST}",
            remedy=f"give a day up to {today}",
            where="as_of",
        )
    return as_of or today


def require_past(running: Running, day: date, where: str) -> None:
    """Raises `Invalid` (`day-to-come`): what will be is not recorded as what was."""
    if day > (today := local_date(running.clock.now())):
        raise Invalid(
            "day-to-come", f"{day} is still to come", remedy=f"give a day up to {today}, or enter it then", where=where
        )


def moment_of(running: Running, as_of: date | None) -> datetime:
    """The end of the day that is asked about."""
    return end_of_day(day_of(running, as_of))


def latest(table: Table, keys: tuple[Column[Any], ...], order: Column[Any], begun: ColumnElement[bool]) -> Select[Any]:
    """Of rows that each hold until the next of the same keys begins: the last of those that have begun."""
    return select(table).ext(distinct_on(*keys)).where(begun).order_by(*keys, order.desc())
