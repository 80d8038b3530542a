"""Places (阵地、平台、网格、功能党小组), one stream `place-<id>` each; what belongs to them is said by relations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.registry.domain.changes import changed, given
from services.registry.domain.place.commands import ChangePlace, ClosePlace, OpenPlace, PlaceCommand, ReachStep
from services.registry.domain.place.events import PlaceChanged, PlaceClosed, PlaceOpened, PlaceStepReached
from services.registry.domain.place.kinds import KINDS
from services.registry.domain.vocabulary import Governance, PlaceKind, PlatformStep
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


@dataclass(frozen=True, slots=True)
class PlaceState:
    """A place as it stands."""

    status: Literal["unknown", "open", "closed"] = "unknown"
    place_id: str = ""
    kind: PlaceKind = "site"
    form: str = ""
    name: str = ""
    area_code: str = ""
    organisation_id: str = ""
    station_id: str | None = None
    governance: Governance | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    steps: tuple[PlatformStep, ...] = ()


def decide(command: PlaceCommand, state: PlaceState) -> Sequence[DomainEvent]:
    """Errors: `place-form`, `place-governance`, `place-already-open`, `place-unknown`, `place-step`, `place-dates`."""
    if isinstance(command, OpenPlace):
        return _open(command, state)
    if state.status == "closed" and isinstance(command, ClosePlace) and state.closed_on == command.closed_on:
        return []
    if state.status != "open":
        raise Refused("place-unknown", "there is no such place, or no longer", remedy="name one that is open")
    match command:
        case ChangePlace():
            _check_governance(state.kind, command.governance or state.governance)
            changes = changed(state, **command.model_dump())
            return [PlaceChanged(place_id=state.place_id, **changes)] if changes else []
        case ReachStep():
            return _reach(command, state)
        case ClosePlace():
            _check_order(state.opened_on, command.closed_on, "closed_on")
            return [PlaceClosed(place_id=state.place_id, **dict(command))]


def _open(command: OpenPlace, state: PlaceState) -> Sequence[DomainEvent]:
    if command.form not in (forms := KINDS[command.kind].forms):
        raise Invalid(
            "place-form",
            f"{command.form} is no form of a {command.kind}",
            remedy=f"give one of {', '.join(forms)}",
            where="form",
        )
    _check_governance(command.kind, command.governance)
    if state.status == "unknown":
        return [PlaceOpened(**dict(command))]
    if state.status == "open" and not changed(state, **command.model_dump()):
        return []
    raise Refused("place-already-open", f"{command.place_id} is another place", remedy="use a new id")


def _check_governance(kind: PlaceKind, governance: Governance | None) -> None:
    if (governance is not None) != KINDS[kind].governed:
        raise Invalid(
            "place-governance",
            "a platform is run in one of three modes (直接管、联合建、挂靠建), and nothing else is",
            remedy="give governance for a platform, and leave it out otherwise",
            where="governance",
        )


def _reach(command: ReachStep, state: PlaceState) -> Sequence[DomainEvent]:
    if command.step in state.steps:
        return []
    left = KINDS[state.kind].steps[len(state.steps) :]
    if not left or command.step != left[0]:
        raise Refused(
            "place-step",
            f"the next step is {left[0]}, not {command.step}" if left else f"a {state.kind} has no such step left",
            remedy="record the steps in their order",
            where="step",
        )
    _check_order(state.opened_on, command.reached_on, "reached_on")
    return [PlaceStepReached(place_id=state.place_id, **dict(command))]


def _check_order(opened_on: date | None, day: date, where: str) -> None:
    if opened_on is not None and day < opened_on:
        raise Invalid(
            "place-dates", f"it was opened on {opened_on}", remedy="give that day or a later one", where=where
        )


def evolve(state: PlaceState, event: DomainEvent) -> PlaceState:
    match event:
        case PlaceOpened():
            return PlaceState("open", **event.model_dump())
        case PlaceChanged():
            return replace(state, **given(event, "name", "governance"))
        case PlaceStepReached():
            return replace(state, steps=(*state.steps, event.step))
        case PlaceClosed():
            return replace(state, status="closed", closed_on=event.closed_on)
        case _:
            return state


PLACE: Decider[PlaceCommand, PlaceState] = Decider(
    stream_type="place",
    initial=PlaceState(),
    decide=decide,
    evolve=evolve,
    events=(PlaceOpened, PlaceChanged, PlaceStepReached, PlaceClosed),
)
