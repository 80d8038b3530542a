"""党费: up to which month they can be paid. Collecting them is nobody's business here (domain §1.9)."""

from datetime import datetime
from typing import Final

from shared.kernel.calendar import add_months, local_date
from shared.kernel.errors import Invalid

AHEAD_MONTHS: Final = 12
"""Paid by the quarter or by the year (domain M6, §1.9); beyond that it is a slip of the pen."""


def check_dues(month: str, at: datetime, where: str) -> None:
    """`month` is the last one paid, as YYYY-MM. Errors (`Invalid`): `dues-ahead`."""
    if month > f"{add_months(local_date(at), AHEAD_MONTHS):%Y-%m}":
        raise Invalid(
            "dues-ahead",
            "dues are not paid more than a year ahead",
            remedy="give the last month that is paid",
            where=where,
        )
