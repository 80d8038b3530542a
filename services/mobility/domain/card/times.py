"""Which months are entered in a card, and which years it is reviewed for: those that it was valid in and that have begun."""

from datetime import datetime

from services.mobility.domain.dues import check_dues
from shared.kernel.calendar import local_date
from shared.kernel.errors import Invalid


def check_month(month: str, at: datetime, *, dues: bool) -> None:
    """Errors (`Invalid`): `entered-early`, `dues-ahead`."""
    if dues:
        check_dues(month, at, "month")
    elif month > f"{local_date(at):%Y-%m}":
        raise Invalid(
            "entered-early", "that month is still to come", remedy="enter it when it has begun", where="month"
        )


def check_year(year: int, issued_at: datetime, at: datetime) -> None:
    """Errors (`Invalid`): `reviewed-early`, `reviewed-before-issue`."""
    if year > local_date(at).year:
        raise Invalid("reviewed-early", "that year has not begun", remedy="review it when it has", where="year")
    if year < local_date(issued_at).year:
        raise Invalid(
            "reviewed-before-issue", "the card was issued later", remedy="review a year it was valid in", where="year"
        )
