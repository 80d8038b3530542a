"""外出登记 as one kind of stream: `departure-<member id>`; of two registrations at once the store lets one win."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.mobility.domain.departure.commands import DepartureCommand, ProposeTransfer
from services.mobility.domain.departure.decide import decide, mobile_at
from services.mobility.domain.departure.events import (
    DepartureEnded,
    DepartureRegistered,
    DestinationChanged,
    MemberReturned,
    MobileFileOpened,
    MobileMemberVerified,
    RegistrationCorrected,
    StationLost,
    StationNamed,
    TransferProposed,
    TransferUnderWay,
)
from services.mobility.domain.departure.state import Away, Departure, Status
from shared.kernel.decider import Decider
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

SIX_MONTHS: Final = "six-months-away"


def evolve(state: Departure, event: DomainEvent) -> Departure:
    if isinstance(event, DepartureRegistered):
        away = Away(event, event.destination, event.station_id, _waiting(event.station_id), event.place_fixed)
        return replace(state, open=away)
    if state.open is None:
        return state
    match event:
        case DestinationChanged():
            status = _waiting(event.station_id)
            fixed = event.place_fixed
            away = replace(
                state.open,
                destination=event.destination,
                station_id=event.station_id,
                status=status,
                place_fixed=fixed,
                file=None,
            )
        case StationLost():
            away = replace(state.open, station_id=None, status="away")
        case StationNamed():
            away = replace(state.open, station_id=event.station_id, status="to_verify")
        case RegistrationCorrected():
            away = replace(state.open, status="to_verify") if event.to_verify else state.open
        case MobileMemberVerified():
            away = replace(state.open, status=event.outcome)
        case MobileFileOpened():
            away = replace(state.open, status="on_file", file=event)
        case TransferProposed():
            away = replace(state.open, proposed=True)
        case TransferUnderWay():
            away = replace(state.open, transfer_id=event.transfer_id)
        case DepartureEnded():
            return Departure(None, state.past | {event.departure_id})
        case _:
            return state
    return replace(state, open=away)


def _waiting(station_id: str | None) -> Status:
    return "away" if station_id is None else "to_verify"


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case DepartureRegistered():
            return [ArmTimer(SIX_MONTHS, mobile_at(event))]
        case TransferProposed() | DepartureEnded():
            return [CancelTimer(SIX_MONTHS)]
        case _:
            return []


def on_timer(timer: DueTimer) -> DepartureCommand:
    return ProposeTransfer(due_at=timer.due_at, now=timer.now)


DEPARTURE: Decider[DepartureCommand, Departure] = Decider(
    stream_type="departure",
    initial=Departure(),
    decide=decide,
    evolve=evolve,
    events=(
        DepartureRegistered,
        DestinationChanged,
        StationLost,
        StationNamed,
        RegistrationCorrected,
        MobileMemberVerified,
        MobileFileOpened,
        TransferProposed,
        TransferUnderWay,
        MemberReturned,
        DepartureEnded,
    ),
    timers=timers,
    on_timer=on_timer,
)
