"""The rules of a station, one stream `station-<id>` each.

That the organisation it belongs to exists is checked by the application: no rule of the station depends on it.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.registry.domain import closing
from services.registry.domain.changes import changed, given
from services.registry.domain.closing import ClosingCommand, ClosingGivenUp, MarkedForClosing
from services.registry.domain.station.commands import ChangeStation, CloseStation, OpenStation, StationCommand
from services.registry.domain.station.events import StationChanged, StationClosed, StationOpened
from services.registry.domain.station.state import StationState
from services.registry.domain.vocabulary import StationFunction
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent

_CHANGEABLE = ("name", "office_email", "office_phone", "pilot", "functions", "site_id", "population")


def decide(command: StationCommand | ClosingCommand, state: StationState) -> Sequence[DomainEvent]:
    """Errors: `station-already-open`, `station-unknown`, `phone-missing`."""
    if isinstance(command, ClosingCommand):
        return closing.decide(command, stands=state.stands, marked=state.marked)
    if isinstance(command, CloseStation):
        return _close(command, state)
    changes = changed(state, **command.model_dump(exclude={"station_id"}))
    match command:
        case OpenStation() if state.status == "unknown":
            _check_phone(command.functions, command.office_phone)
            return [StationOpened(**command.model_dump())]
        case OpenStation() if changes or state.status == "closed":
            raise Refused(
                "station-already-open",
                f"the station {command.station_id} was opened before, with other facts or until it was closed",
                remedy="change the open station, or use a new id",
            )
        case ChangeStation() if state.status != "open":
            raise Refused("station-unknown", f"there is no station {command.station_id}", remedy="open it first")
        case ChangeStation() if changes:
            _check_phone(command.functions or state.functions, command.office_phone or state.office_phone)
            return [StationChanged(station_id=command.station_id, **changes)]
        case _:
            return []


def _check_phone(functions: Sequence[StationFunction] | None, office_phone: str | None) -> None:
    """Errors (`Invalid`): `phone-missing`. Whoever is to be asked can be called (服务电话, domain Y26)."""
    if "consultation" in (functions or ()) and office_phone is None:
        raise Invalid(
            "phone-missing",
            "a station that is consulted has a telephone",
            remedy="give the number of the office",
            where="office_phone",
        )


def _close(command: CloseStation, state: StationState) -> Sequence[DomainEvent]:
    if state.status == "closed" and state.closed_on == command.closed_on:
        return []
    if state.status != "open":
        raise Refused("station-unknown", f"there is no open station {command.station_id}", remedy="check its id")
    return [StationClosed(**dict(command))]


def evolve(state: StationState, event: DomainEvent) -> StationState:
    match event:
        case StationOpened():
            return StationState(status="open", **event.model_dump(exclude={"station_id"}))
        case StationChanged():
            return replace(state, **given(event, *_CHANGEABLE))
        case StationClosed():
            return replace(state, status="closed", closed_on=event.closed_on, marked=False)
        case MarkedForClosing() | ClosingGivenUp():
            return replace(state, marked=isinstance(event, MarkedForClosing))
        case _:
            return state


STATION: Decider[StationCommand | ClosingCommand, StationState] = Decider(
    stream_type="station",
    initial=StationState(),
    decide=decide,
    evolve=evolve,
    events=(StationOpened, StationChanged, StationClosed, *closing.CLOSING_EVENTS),
)
