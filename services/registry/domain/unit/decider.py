"""The rules of a unit (两新组织), one stream `unit-<uscc>` each.

The code is the identity (domain §2.1, failure 7): several party organisations may share one unit, never two units one
code. Closing is final; whoever opens a business again gets a new code.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.registry.domain.changes import changed, given
from services.registry.domain.unit.commands import ChangeUnit, CloseUnit, RegisterUnit, ReportUnitChange, UnitCommand
from services.registry.domain.unit.events import UnitChanged, UnitClosed, UnitRegistered
from services.registry.domain.unit.kinds import check_kind, kind_of
from services.registry.domain.unit.state import UnitState
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


def decide(command: UnitCommand, state: UnitState) -> Sequence[DomainEvent]:
    """Errors: `unit-kind-mismatch`, `unit-already-registered`, `unit-unknown`, `unit-closed`."""
    match command:
        case RegisterUnit():
            return _register(command, state)
        case ChangeUnit():
            _require_operating(command.uscc, state)
            return _change(command, state)
        case CloseUnit():
            return _close(command, state)
        case ReportUnitChange() if state.status == "unknown":
            return _enter(command)
        case ReportUnitChange():
            _require_operating(command.uscc, state)
            return _change(command, state)


def evolve(state: UnitState, event: DomainEvent) -> UnitState:
    match event:
        case UnitRegistered():
            return UnitState("operating", event.name, event.kind, event.area_code, event.staff)
        case UnitChanged():
            return replace(state, **given(event, "name", "area_code", "staff"))
        case UnitClosed():
            return replace(state, status="closed", closed_on=event.closed_on)
        case _:
            return state


def _register(command: RegisterUnit, state: UnitState) -> Sequence[DomainEvent]:
    check_kind(command.uscc, command.kind)
    if state.status == "unknown":
        return [UnitRegistered(**command.model_dump())]
    _require_operating(command.uscc, state)
    if changed(state, name=command.name, area_code=command.area_code, staff=command.staff):
        raise Refused(
            "unit-already-registered",
            f"the unit {command.uscc} is registered already, with other facts",
            remedy="change the registered unit instead of entering it again",
        )
    return []


def _change(command: ChangeUnit | ReportUnitChange, state: UnitState) -> Sequence[DomainEvent]:
    changes = changed(state, name=command.name, area_code=command.area_code, staff=command.staff)
    return [UnitChanged(uscc=command.uscc, **changes)] if changes else []


def _enter(report: ReportUnitChange) -> Sequence[DomainEvent]:
    if report.name is None or report.area_code is None:
        raise Refused(
            "unit-unknown",
            f"the unit {report.uscc} is not registered, and the report lacks its name or its area",
            remedy="report it with name and area_code, so that it can be entered",
        )
    kind = kind_of(report.uscc)
    return [
        UnitRegistered(uscc=report.uscc, name=report.name, kind=kind, area_code=report.area_code, staff=report.staff)
    ]


def _close(command: CloseUnit, state: UnitState) -> Sequence[DomainEvent]:
    if state.status == "closed" and state.closed_on == command.closed_on:
        return []  # two registers report the same closure, each in its own words
    _require_operating(command.uscc, state)
    return [UnitClosed(**command.model_dump())]


def _require_operating(uscc: str, state: UnitState) -> None:
    if state.status == "unknown":
        raise Refused("unit-unknown", f"the unit {uscc} is not registered", remedy="register it first")
    if state.status == "closed":
        raise Refused(
            "unit-closed",
            f"the unit {uscc} was closed on {state.closed_on}",
            remedy="register the successor under its own code",
        )


UNIT: Decider[UnitCommand, UnitState] = Decider(
    stream_type="unit",
    initial=UnitState(),
    decide=decide,
    evolve=evolve,
    events=(UnitRegistered, UnitChanged, UnitClosed),
)
