"""外出登记、排查核实、建档立卡、返乡: what may be said of a member who is away, and when."""

from collections.abc import Sequence
from datetime import date, datetime

from services.mobility.domain.care_rules.rules import MOBILE_AFTER_MONTHS, credential, must_transfer
from services.mobility.domain.departure.commands import (
    ChangeDestination,
    CorrectRegistration,
    DepartureCommand,
    DisownMember,
    EndDeparture,
    LoseStation,
    NameStation,
    NoteTransfer,
    OpenFile,
    ProposeTransfer,
    RecordReturn,
    RegisterDeparture,
    VerifyMember,
)
from services.mobility.domain.departure.events import (
    DepartureEnded,
    DepartureRegistered,
    DestinationChanged,
    MemberReturned,
    MobileFileOpened,
    MobileMemberVerified,
    RegistrationCorrected,
    TransferProposed,
    TransferUnderWay,
)
from services.mobility.domain.departure.state import Away, Departure
from services.mobility.domain.departure.station import lose_station, name_station
from shared.kernel.calendar import add_months, local_date, start_of_day
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent

AHEAD_MONTHS = 12
"""So long before it a departure is registered at most."""

_COMPUTED = {
    "credential",
    "must_transfer",
    "rules",
    "station_id",
    "station_organisation_id",
    "registered_at",
    "probationary",
}
"""Not said by whoever registers, and not the same when rules or stations changed before the repeat."""


def decide(command: DepartureCommand, state: Departure) -> Sequence[DomainEvent]:
    """No events when the command already took effect."""
    match command:
        case RegisterDeparture():
            return _register(command, state)
        case ChangeDestination():
            return _change(command, state.away(command.departure_id))
        case LoseStation():
            return lose_station(command, state.open)
        case NameStation():
            return name_station(command, state.away(command.departure_id))
        case CorrectRegistration():
            return _correct(command, state.away(command.departure_id))
        case VerifyMember():
            return _verify(command, state.away(command.departure_id))
        case OpenFile():
            return _file(command, state.away(command.departure_id))
        case ProposeTransfer():
            return _propose(command, state.open)
        case NoteTransfer():
            return _note_transfer(command, state.open)
        case RecordReturn():
            return _return(command, state)
        case EndDeparture():
            return [] if state.open is None else [_ended(state.open, command.reason, command.ended_at)]
        case DisownMember():
            return _disown(command, state)


def _register(command: RegisterDeparture, state: Departure) -> Sequence[DomainEvent]:
    """Errors: `departure-open`, `departure-exists`, `ends-before-it-begins`, `not-yet-arrived`, `departs-too-late`."""
    rules = command.rules.rules
    stays = command.departs_on, command.expected_until, command.place_fixed
    _check_days(command.departs_on, command.expected_until)
    if command.reported_in and command.departs_on > local_date(command.registered_at):
        raise Invalid(
            "not-yet-arrived", "who reports in has left already", remedy="give the day they left", where="departs_on"
        )
    if command.departs_on > add_months(local_date(command.registered_at), AHEAD_MONTHS):
        raise Invalid(
            "departs-too-late",
            "that day is more than a year ahead, and the duties of care begin at once",
            remedy="check the year; register a later departure when it is near",
            where="departs_on",
        )
    registered = DepartureRegistered(
        **command.model_dump(),
        credential=credential(rules, *stays, kept=command.kept_because is not None),
        must_transfer=must_transfer(*stays),
    )
    if command.departure_id in state.past:
        raise Refused("departure-exists", "another departure had this id", remedy="choose a new id")
    if state.open is not None:
        before = state.open.registered
        if before.model_dump(exclude=_COMPUTED) == registered.model_dump(exclude=_COMPUTED):
            return []
        raise Refused(
            "departure-open",
            f"the member is registered as away by {before.departure_id}",
            remedy="change the destination of that one, or record the return first",
        )
    proposed = _proposal(registered, command.registered_at) if _due(registered.must_transfer, command) else []
    return [registered, *proposed]


def _due(due: bool, command: RegisterDeparture) -> bool:
    return due and command.kept_because is None


def _proposal(registered: DepartureRegistered, at: datetime) -> list[DomainEvent]:
    return [
        TransferProposed(
            departure_id=registered.departure_id,
            member_id=registered.member_id,
            body_id=registered.origin_committee_id,
            proposed_at=at,
        )
    ]


def _change(command: ChangeDestination, away: Away) -> Sequence[DomainEvent]:
    """Errors: `ends-before-it-begins`."""
    first = away.registered
    _check_days(first.departs_on, command.expected_until)
    stays = first.departs_on, command.expected_until, command.place_fixed
    kept = first.kept_because is not None
    due = must_transfer(*stays)
    changed = DestinationChanged(
        **command.model_dump(),
        member_id=first.member_id,
        credential=credential(away.rules.rules, *stays, kept=kept),
        must_transfer=due,
    )
    return [changed, *(_proposal(first, command.changed_at) if due and not kept and not away.proposed else [])]


def _correct(command: CorrectRegistration, away: Away) -> Sequence[DomainEvent]:
    """Errors: `nothing-to-correct`."""
    if away.status not in ("wrong", "not_found") and not away.registered.reported_in:
        raise Refused(
            "nothing-to-correct",
            "the station has found nothing wrong",
            remedy="wait for the verification, or change the destination",
        )
    again = away.status in ("wrong", "not_found")
    return [RegistrationCorrected(**command.model_dump(), member_id=away.registered.member_id, to_verify=again)]


def _verify(command: VerifyMember, away: Away) -> Sequence[DomainEvent]:
    """Errors: `no-station`, `on-file-already`, `text-missing` (what is wrong has to be said)."""
    station_id = _station(away)
    if away.status == "on_file":
        raise Refused("on-file-already", "the member is on file", remedy="record the return, or that contact was lost")
    if command.outcome == "wrong" and command.text is None:
        raise Invalid("text-missing", "say what is wrong", remedy="so that the origin can correct it", where="text")
    if away.status == command.outcome == "found":
        return []
    return [MobileMemberVerified(**command.model_dump(), member_id=away.registered.member_id, station_id=station_id)]


def _file(command: OpenFile, away: Away) -> Sequence[DomainEvent]:
    """Errors: `no-station`, `not-found-yet`."""
    station_id = _station(away)
    if away.status not in ("found", "on_file"):
        raise Refused(
            "not-found-yet",
            "only who was found is put on file",
            remedy="record the verification first",
        )
    opened = MobileFileOpened(**command.model_dump(), member_id=away.registered.member_id, station_id=station_id)
    same = {"opened_at", "opened_by"}
    if away.file is not None and away.file.model_dump(exclude=same) == opened.model_dump(exclude=same):
        return []
    return [opened]


def _station(away: Away) -> str:
    if away.station_id is None:
        raise Refused(
            "no-station",
            "no station serves the place the member went to",
            remedy="name one: POST /departures/{id}/station",
        )
    return away.station_id


def _propose(command: ProposeTransfer, away: Away | None) -> Sequence[DomainEvent]:
    if away is None or away.proposed or not away.place_fixed or away.registered.kept_because is not None:
        return []
    if mobile_at(away.registered) != command.due_at:
        return []  # set for an earlier departure
    return _proposal(away.registered, command.now)


def _note_transfer(command: NoteTransfer, away: Away | None) -> Sequence[DomainEvent]:
    """Nothing for who is not away, and for the end of a transfer that another one has taken the place of."""
    if away is None or (away.transfer_id == command.transfer_id) == command.under_way:
        return []
    whose = {"departure_id": away.registered.departure_id, "member_id": away.registered.member_id}
    now = command.transfer_id if command.under_way else None
    return [TransferUnderWay(**whose, transfer_id=now, noted_at=command.noted_at)]


def mobile_at(registered: DepartureRegistered) -> datetime:
    """When the six months are over (domain M1)."""
    return start_of_day(add_months(registered.departs_on, MOBILE_AFTER_MONTHS))


def _return(command: RecordReturn, state: Departure) -> Sequence[DomainEvent]:
    """Errors: `returned-before-leaving`, `returns-later`."""
    away = state.away(command.departure_id)
    if command.returned_on < away.registered.departs_on:
        raise Invalid(
            "returned-before-leaving",
            "that day is before they left",
            remedy="give the day of the return",
            where="returned_on",
        )
    if command.returned_on > local_date(command.recorded_at):
        raise Invalid(
            "returns-later",
            "a return is recorded when it has happened",
            remedy="record it on that day",
            where="returned_on",
        )
    first = away.registered
    returned = MemberReturned(
        **command.model_dump(), member_id=first.member_id, origin_branch_id=first.origin_branch_id
    )
    return [returned, _ended(away, "returned", command.recorded_at)]


def _disown(command: DisownMember, state: Departure) -> Sequence[DomainEvent]:
    """Errors: `registered-by-the-origin`."""
    away = state.away(command.departure_id)
    if not away.registered.reported_in:
        raise Refused(
            "registered-by-the-origin",
            "the origin registered this member itself",
            remedy="record the return instead",
        )
    return [_ended(away, "not_our_member", command.disowned_at)]


def _ended(away: Away, reason: str, at: datetime) -> DepartureEnded:
    first = away.registered
    return DepartureEnded.model_validate(
        {"departure_id": first.departure_id, "member_id": first.member_id, "reason": reason, "ended_at": at}
    )


def _check_days(departs_on: date, until: date | None) -> None:
    if until is not None and until < departs_on:
        raise Invalid(
            "ends-before-it-begins",
            "the expected end is before the departure",
            remedy="give a later day, or none if it is uncertain",
            where="expected_until",
        )
