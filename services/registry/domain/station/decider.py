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
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent

_CHANGEABLE = ("name", "office_email", "office_phone", "pilot", "functions", "site_id", "population")


def decide(command: StationCommand | ClosingCommand, state: StationState) -> Sequence[DomainEvent]:
    """Errors: `station-already-open`, `station-unknown`."""
    if isinstance(command, ClosingCommand):
        return closing.decide(command, stands=state.stands, marked=state.marked)
    if isinstance(command, CloseStation):
        return _close(command, state)
    changes = changed(state, **command.model_dump(exclude={"station_id"}))
    match command:
        case OpenStation() if state.status == "unknown":
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
            return [StationChanged(station_id=command.station_id, **changes)]
        case _:
            return []


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
