"""排查核实、更正、建档立卡: what the station and the origin say of a member who is away, and whose duty that ends or begins."""

from services.mobility.application.whereabouts import party_of
from services.mobility.domain.care.commands import CompleteDuty, HandLead, NameParty, OpenDuty
from services.mobility.domain.care.decider import CARE
from services.mobility.domain.care.state import Care
from services.mobility.domain.care_terms import CareModel, PartyRole
from services.mobility.domain.departure.commands import CorrectRegistration, OpenFile, VerifyMember
from services.mobility.domain.departure.decider import DEPARTURE
from services.mobility.domain.departure.events import RegistrationCorrected
from services.mobility.domain.departure.state import Away
from shared.eventstore.unit_of_work import UnitOfWork

_LEADS: dict[CareModel, PartyRole] = {
    "three_party": "station",
    "destination_led": "destination",
    "origin_led": "origin",
}


async def verify(unit: UnitOfWork, member_id: str, command: VerifyMember, expected: int | None) -> None:
    """What is not found or wrong goes back to the origin, with a time (domain N09)."""
    events = await unit.handle(DEPARTURE, member_id, command, expected=expected)
    if not events:
        return
    identity, by, at = command.departure_id, command.verified_by, command.verified_at
    await done(unit, identity, "verify.station", by)
    if command.outcome != "found":
        days = (await _away(unit, member_id, identity)).rules.rules.correct_days
        duty = OpenDuty(kind="correct_registration", party="origin", days=days, opened_at=at)
        await unit.handle(CARE, identity, duty)
    else:
        await done(unit, identity, "correct_registration.origin", by)


async def correct(unit: UnitOfWork, member_id: str, command: CorrectRegistration, expected: int | None) -> None:
    """The origin has looked at it; where something was wrong the station verifies again."""
    identity, by = command.departure_id, command.corrected_by
    for event in await unit.handle(DEPARTURE, member_id, command, expected=expected):
        await done(unit, identity, "correct_registration.origin", by)
        await done(unit, identity, "confirm_membership.origin", by)
        if isinstance(event, RegistrationCorrected) and event.to_verify:
            days = (await _away(unit, member_id, identity)).rules.rules.verify_days
            duty = OpenDuty(kind="verify", party="station", days=days, opened_at=event.corrected_at)
            await unit.handle(CARE, identity, duty)


async def open_file(
    unit: UnitOfWork, member_id: str, command: OpenFile, person_id: str | None, expected: int | None
) -> None:
    """建档立卡: the inflow side joins, and the lead goes to whom the model of this pair of places names (domain M14)."""
    identity, at = command.departure_id, command.opened_at
    await unit.handle(DEPARTURE, member_id, command, expected=expected)
    if command.destination_organisation_id is not None:
        party = await party_of(unit, command.destination_organisation_id, person_id, "destination_organisation_id")
        await unit.handle(CARE, identity, NameParty(role="destination", party=party, named_at=at))
    care: Care = await unit.state(CARE, identity)
    wanted = _LEADS[care.begun.model]
    to_role: PartyRole = wanted if wanted in care.parties else "station"
    hand = HandLead(to_role=to_role, reason="on_file", handed_by=command.opened_by, handed_at=at)
    await unit.handle(CARE, identity, hand)


async def done(unit: UnitOfWork, care_id: str, duty_id: str, by: str) -> None:
    """The duty is done by what was just decided, where it is open."""
    care: Care = await unit.state(CARE, care_id)
    if not care.ended and duty_id in care.duties:
        await unit.handle(CARE, care_id, CompleteDuty(duty_id=duty_id, done_by=by, done_at=unit.clock.now()))


async def _away(unit: UnitOfWork, member_id: str, departure_id: str) -> Away:
    away: Away = (await unit.state(DEPARTURE, member_id)).away(departure_id)
    return away
