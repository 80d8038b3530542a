"""《流动党员活动证》: issued with a number of the county, entered, and reviewed in time."""

from services.mobility.application.verification import done
from services.mobility.application.whereabouts import home_of
from services.mobility.domain.card.decider import CARD, CardCommand, IssueCard, MobileCardEnded, MobileCardReviewed
from services.mobility.domain.card.series import CARD_SERIES, CardNumberTaken, TakeCardNumber
from services.mobility.domain.care.commands import DropDuty, OpenDuty
from services.mobility.domain.care.decider import CARE
from services.mobility.domain.departure.decider import DEPARTURE
from services.mobility.domain.departure.state import Departure
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent

REVIEW_MONTHS = 12
"""年审 once a year (domain §1.2)."""


async def issue(unit: UnitOfWork, card_id: str, member_id: str, by: str) -> None:
    """Errors: `not-away`, `county-unknown`, `card-exists`."""
    home = await home_of(unit, member_id)
    departure: Departure = await unit.state(DEPARTURE, member_id)
    if departure.open is None:
        raise Refused("not-away", "the member is not registered as away", remedy="register the departure first")
    known = (await unit.state(CARD, card_id)).issued
    if known is not None and (known.member_id, known.issued_by) == (member_id, by):
        return
    if home.area_code is None:
        raise Refused("county-unknown", "the area of the branch is not known", remedy="enter it in the registry")
    departure_id, now = departure.open.registered.departure_id, unit.clock.now()
    number = ""
    if known is None:
        take = TakeCardNumber(area_code=home.area_code, card_id=card_id, taken_at=now)
        taken = await unit.handle(CARD_SERIES, home.area_code, take)
        number = next(event.card_number for event in taken if isinstance(event, CardNumberTaken))
    command = IssueCard(
        card_id=card_id,
        member_id=member_id,
        departure_id=departure_id,
        branch_id=home.branch_id,
        committee_id=home.committee_id,
        card_number=number,
        issued_by=by,
        issued_at=now,
    )
    await unit.handle(CARD, card_id, command)
    duty = OpenDuty(kind="card_review", party="origin", every_months=REVIEW_MONTHS, opened_at=now)
    await unit.handle(CARE, departure_id, duty)


async def step(
    unit: UnitOfWork, card_id: str, command: CardCommand, by: str, expected: int | None
) -> list[DomainEvent]:
    """Entries, reviews, the end. A review does the duty and sets the next one; with the card the duty ends."""
    issued = (await unit.state(CARD, card_id)).issued
    events = await unit.handle(CARD, card_id, command, expected=expected)
    care = await unit.state(CARE, issued.departure_id) if issued else None
    if issued is None or care is None or care.ended:
        return events
    for event in events:
        if isinstance(event, MobileCardReviewed):
            await done(unit, issued.departure_id, "card_review.origin", by)
        elif isinstance(event, MobileCardEnded):
            drop = DropDuty(duty_id="card_review.origin", dropped_at=event.ended_at)
            await unit.handle(CARE, issued.departure_id, drop)
    return events
