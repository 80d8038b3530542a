"""The members of one branch."""

from collections.abc import Iterator
from datetime import date, timedelta

from services.cli.demo.county.draw import Draw
from services.cli.demo.county.model import Member, MemberStatus, PartyOrganisation
from shared.kernel.calendar import add_months
from shared.kernel.identifiers import resident_id

FORMAL_CORE = 3
"""The first members of every branch are formal ones, so that the branch may exist (domain §1.5)."""

_PROBATIONARY_SHARE = 0.04
_OVERDUE_SHARE = 0.15
"""Of the probationary, those whose year is over and whose admission the branch has yet to confirm (转正)."""
_EMAIL_SHARE = 0.6
_SHARED_PHONE_SHARE = 1 / 150
_COMING_OF_AGE = 18
"""The least age at which one may join."""


def members_of(draw: Draw, branch: PartyOrganisation, head_count: int, first_number: int) -> Iterator[Member]:
    """`head_count` members, numbered from `first_number` within the territory."""
    territory = branch.key.split("-", 1)[0]
    domain = branch.office_email.split("@")[1]
    phone = draw.mobile()
    for place in range(head_count):
        key = f"{territory}-m{first_number + place:05d}"
        probationary = place >= FORMAL_CORE and draw.rng.random() < _PROBATIONARY_SHARE
        oldest, youngest = (35, 20) if probationary else (78, 22)
        name, number = draw.person(
            branch.area_code, _years_before(draw.as_of, oldest), _years_before(draw.as_of, youngest)
        )
        if draw.rng.random() >= _SHARED_PHONE_SHARE:
            phone = draw.mobile()
        yield Member(
            key=key,
            name=name,
            resident_id=number,
            phone=phone,
            email=f"{key}@{domain}" if draw.rng.random() < _EMAIL_SHARE else None,
            organisation_key=branch.key,
            status=MemberStatus.PROBATIONARY if probationary else MemberStatus.FORMAL,
            admitted_on=_admission(draw, resident_id.birth_date(number), probationary),
        )


def _admission(draw: Draw, born: date, probationary: bool) -> date:
    """A day that fits the status: the probation of the formal is over, that of most probationary ones is not."""
    year_ago = add_months(draw.as_of, -12)
    if not probationary:
        return draw.day(_years_after(born, _COMING_OF_AGE), year_ago)
    if draw.rng.random() < _OVERDUE_SHARE:
        return draw.day(add_months(year_ago, -2), year_ago)
    return draw.day(year_ago + timedelta(days=1), draw.as_of)


def _years_before(day: date, years: int) -> date:
    return add_months(day, -12 * years)


def _years_after(day: date, years: int) -> date:
    return add_months(day, 12 * years)
