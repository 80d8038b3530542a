"""外出登记、报到、变更、返乡: a departure and its care begin, change and end in one work, so no moment lies between them."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.mobility.application.stations import gone, joined
from services.mobility.application.verification import done
from services.mobility.application.whereabouts import home_of, party_of, rules_of, station_for
from services.mobility.domain.card.decider import CARD, AskReturn
from services.mobility.domain.care.commands import (
    EndCare,
    EstablishCare,
    HandLead,
    OpenDuty,
    RemoveParty,
)
from services.mobility.domain.care.decider import CARE
from services.mobility.domain.care.state import Care
from services.mobility.domain.care_rules.rules import CareRules
from services.mobility.domain.care_terms import DepartureReason, Place, ReturnOutcome
from services.mobility.domain.collective.decider import COLLECTIVE, NoteDeparture, NoteEnd
from services.mobility.domain.departure.commands import (
    ChangeDestination,
    DepartureCommand,
    DisownMember,
    EndDeparture,
    NoteTransfer,
    RecordReturn,
    RegisterDeparture,
)
from services.mobility.domain.departure.decider import DEPARTURE
from services.mobility.domain.departure.events import DepartureEnded
from services.mobility.domain.departure.state import Away, Departure
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.event import DomainEvent
from shared.kernel.ids import derived_id
from shared.kernel.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Going:
    """What is said when a member leaves, or reports in. How to reach them is the registry's, and sealed there."""

    departure_id: str
    member_id: str
    reason: DepartureReason
    destination: Place
    departs_on: date
    place_fixed: bool
    by: str
    contact_person_id: str
    expected_until: date | None = None
    kept_because: Sealed | None = None
    station_id: str | None = None
    station_person_id: str | None = None
    reported_in: bool = False


async def register(unit: UnitOfWork, going: Going) -> None:
    """Errors: those of `home_of`, `station_for` and of the registration."""
    unit.cause = unit.cause.with_correlation(going.departure_id)
    home = await home_of(unit, going.member_id)
    rules = await rules_of(unit, home.area_code)
    station_id, station = await station_for(unit, going.destination, going.station_id, going.station_person_id)
    now = unit.clock.now()
    command = RegisterDeparture(
        departure_id=going.departure_id,
        member_id=going.member_id,
        origin_branch_id=home.branch_id,
        origin_committee_id=home.committee_id,
        reason=going.reason,
        destination=going.destination,
        departs_on=going.departs_on,
        expected_until=going.expected_until,
        place_fixed=going.place_fixed,
        kept_because=going.kept_because,
        station_id=station_id,
        station_organisation_id=station.organisation_id if station else None,
        reported_in=going.reported_in,
        probationary=home.member["status"] == "probationary",
        rules=rules,
        registered_by=going.by,
        registered_at=now,
    )
    if not await unit.handle(DEPARTURE, going.member_id, command):
        return
    origin = await party_of(unit, home.branch_id, going.contact_person_id, "contact_person_id")
    await unit.handle(
        CARE,
        going.departure_id,
        EstablishCare(
            care_id=going.departure_id,
            member_id=going.member_id,
            model=rules.rules.model_for(going.destination.area_code),
            origin=origin,
            station=station,
            rules=rules,
            abroad=going.destination.abroad,
            established_at=now,
        ),
    )
    if going.reported_in:
        await _open(unit, going.departure_id, "confirm_membership", rules.rules.correct_days)
    await _count(unit, home.committee_id, going.destination, going.member_id, rules.rules)


async def change(
    unit: UnitOfWork,
    member_id: str,
    command: ChangeDestination,
    station_person_id: str | None,
    expected: int | None,
) -> None:
    """The member moved on: the station there takes the place of the old one, and has to verify anew."""
    departure_id = command.departure_id
    unit.cause = unit.cause.with_correlation(departure_id)
    before: Away = (await unit.state(DEPARTURE, member_id)).away(departure_id)
    station_id, station = await station_for(unit, command.destination, command.station_id, station_person_id)
    command = command.model_copy(
        update={
            "station_id": station_id,
            "station_organisation_id": station.organisation_id if station else None,
        }
    )
    await unit.handle(DEPARTURE, member_id, command, expected=expected)
    by, at = command.changed_by, command.changed_at
    # The new station has verified nobody yet, so the origin leads again until the member is on file there.
    back = HandLead(to_role="origin", reason="moved_on", handed_by=by, handed_at=at)
    await unit.handle(CARE, departure_id, back)
    await unit.handle(CARE, departure_id, RemoveParty(role="destination", removed_by=by, removed_at=at))
    if station is None:
        await gone(unit, departure_id, by, at)
    else:
        await joined(unit, departure_id, station, before.rules.rules.verify_days, at)
    committee = before.registered.origin_committee_id
    await _leave(unit, committee, before.destination, member_id)
    await _count(unit, committee, command.destination, member_id, before.rules.rules)


async def record_return(
    unit: UnitOfWork,
    member_id: str,
    departure_id: str,
    returned_on: date,
    outcome: ReturnOutcome,
    by: str,
    expected: int | None,
) -> None:
    """返乡: the member is back, and every duty of being away ends (domain N31)."""
    command = RecordReturn(
        departure_id=departure_id,
        returned_on=returned_on,
        outcome=outcome,
        recorded_by=by,
        recorded_at=unit.clock.now(),
    )
    await end(unit, member_id, command, expected)


async def disown(unit: UnitOfWork, member_id: str, departure_id: str, by: str, expected: int | None) -> None:
    """The origin says that who reported in is not its member."""
    at = unit.clock.now()
    await end(unit, member_id, DisownMember(departure_id=departure_id, disowned_by=by, disowned_at=at), expected)


async def membership_followed(unit: UnitOfWork, member_id: str) -> None:
    """The transfer was accepted and the roll has it: the member belongs where they live, and is not away any more."""
    await end(unit, member_id, EndDeparture(reason="transferred", ended_at=unit.clock.now()), None)


async def membership_ended(unit: UnitOfWork, member_id: str) -> None:
    """The member is on no roll any more: nobody has to look after, remind or report on them."""
    await end(unit, member_id, EndDeparture(reason="left_the_roll", ended_at=unit.clock.now()), None)


async def end(unit: UnitOfWork, member_id: str, command: DepartureCommand, expected: int | None) -> list[DomainEvent]:
    """End the departure and with it the care and the counting."""
    before: Departure = await unit.state(DEPARTURE, member_id)
    events = await unit.handle(DEPARTURE, member_id, command, expected=expected)
    for event in events:
        if isinstance(event, DepartureEnded) and before.open is not None:
            await unit.handle(CARE, event.departure_id, EndCare(reason=event.reason, ended_at=event.ended_at))
            committee = before.open.registered.origin_committee_id
            await _leave(unit, committee, before.open.destination, member_id)
            await _cards_back(unit, event.departure_id)
    return events


RETURN_WITHIN = timedelta(days=30)


async def _cards_back(unit: UnitOfWork, departure_id: str) -> None:
    """Cards of a departure that has ended go into the queue of the branch that issued them (domain §1.2)."""
    now = unit.clock.now()
    due_at = end_of_day(local_date(now + RETURN_WITHIN))
    for row in await unit.rows("cards", departure_id=departure_id):
        await unit.handle(CARD, row["card_id"], AskReturn(due_at=due_at, asked_at=now))


async def transfer_asked_for(unit: UnitOfWork, member_id: str, transfer_id: str) -> None:
    """The transfer that an open departure called for (domain T1) is under way: the duty to ask for it is done."""
    rows = await unit.rows("departures", member_id=member_id)
    if all(row["ended_at"] is not None for row in rows):
        return  # most members who move were never registered as away
    note = NoteTransfer(transfer_id=transfer_id, under_way=True, noted_at=unit.clock.now())
    await unit.handle(DEPARTURE, member_id, note)
    away = (await unit.state(DEPARTURE, member_id)).open
    if away is not None:
        await done(unit, away.registered.departure_id, "request_transfer.origin", away.registered.origin_committee_id)


async def transfer_moved_nobody(unit: UnitOfWork, member_id: str, transfer_id: str) -> None:
    """It was withdrawn or closed, and the member is still away: where one was due, asking is a duty again."""
    note = NoteTransfer(transfer_id=transfer_id, under_way=False, noted_at=unit.clock.now())
    if not await unit.handle(DEPARTURE, member_id, note):
        return
    away = (await unit.state(DEPARTURE, member_id)).open
    if away is not None and away.proposed:
        await request_due(unit, member_id, away.registered.departure_id)


async def request_due(unit: UnitOfWork, member_id: str, departure_id: str) -> None:
    """Six months are over: asking for the transfer becomes a duty of the origin, with a time, unless one is under way."""
    departure: Departure = await unit.state(DEPARTURE, member_id)
    if departure.open is None or departure.open.transfer_id is not None:
        return
    care: Care = await unit.state(CARE, departure_id)
    if care.established is None or care.ended or "request_transfer.origin" in care.duties:
        return
    await _open(unit, departure_id, "request_transfer", care.established.rules.rules.transfer_days)


async def _open(unit: UnitOfWork, departure_id: str, kind: str, days: int) -> None:
    duty = {"kind": kind, "party": "origin", "days": days, "opened_at": unit.clock.now()}
    await unit.handle(CARE, departure_id, OpenDuty.model_validate(duty))


def proposal_id(committee_id: str, place: Place) -> str:
    """Who goes to the same place: the area and the words for it, however they are spaced."""
    return derived_id("collective", committee_id, place.area_code or "abroad", "".join(place.place.split()).casefold())


async def _count(unit: UnitOfWork, committee_id: str, place: Place, member_id: str, rules: CareRules) -> None:
    identity = proposal_id(committee_id, place)
    now = unit.clock.now()
    body = await unit.row("organisations", committee_id)
    command = NoteDeparture(
        proposal_id=identity,
        body_id=committee_id,
        area_code=place.area_code,
        place=place.place,
        member_id=member_id,
        due_at=end_of_day(local_date(now) + timedelta(days=rules.decide_days)),
        noted_at=now,
        superior_id=body["parent_id"] if body else None,
    )
    await unit.handle(COLLECTIVE, identity, command)


async def _leave(unit: UnitOfWork, committee_id: str, place: Place, member_id: str) -> None:
    identity = proposal_id(committee_id, place)
    command = NoteEnd(proposal_id=identity, member_id=member_id, noted_at=unit.clock.now())
    await unit.handle(COLLECTIVE, identity, command)
