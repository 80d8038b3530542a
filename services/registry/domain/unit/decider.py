"""The rules of a unit (两新组织), one stream `unit-<uscc>` each.

The code is the identity (domain §2.1, failure 7): several party organisations may share one unit, never two units one
code. Closing is final; whoever opens a business again gets a new code. Facts are dated and go forward only: an older list
that is entered late does not undo what was found out since.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.registry.domain.changes import changed
from services.registry.domain.unit.commands import (
    ChangeUnit,
    CloseUnit,
    CoverUnit,
    EndCover,
    FactsCommand,
    RegisterUnit,
    ReportUnitChange,
    SurveyUnit,
    UnitCommand,
)
from services.registry.domain.unit.cover import cover, end_cover, without
from services.registry.domain.unit.events import (
    UnitChanged,
    UnitClosed,
    UnitCovered,
    UnitCoverEnded,
    UnitRegistered,
    UnitSurveyed,
)
from services.registry.domain.unit.facts import NOTHING, known, merged
from services.registry.domain.unit.kinds import check_kind, kind_of
from services.registry.domain.unit.state import Cover, UnitState
from services.registry.domain.unit.survey import clear_parts
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


def decide(command: UnitCommand, state: UnitState) -> Sequence[DomainEvent]:
    """Errors: `unit-kind-mismatch`, `unit-already-registered`, `unit-unknown`, `unit-closed`, `unit-backdated`, and those of
    `cover`.
    """
    match command:
        case RegisterUnit():
            return _register(command, state)
        case CloseUnit():
            return _close(command, state)
        case EndCover() if command.organisation_id in state.covers:
            return end_cover(
                command, state
            )  # of a closed unit as well: some were closed before that ended their covers
        case ReportUnitChange() if state.status == "unknown":
            return _enter(command)
    _require_operating(command.uscc, state)
    match command:
        case SurveyUnit():
            return _survey(command, state)
        case CoverUnit():
            return cover(command, state)
        case EndCover():
            return end_cover(command, state)
        case ChangeUnit() | ReportUnitChange():
            return _change(command, state)


def evolve(state: UnitState, event: DomainEvent) -> UnitState:
    match event:
        case UnitRegistered():
            return UnitState("operating", event.kind, merged(NOTHING, event), event.on)
        case UnitChanged():
            return replace(state, facts=merged(state.facts, event), since=event.on or state.since)
        case UnitCovered():
            return replace(state, covers={**state.covers, event.organisation_id: Cover(event.mode, event.on)})
        case UnitCoverEnded():
            return replace(state, covers=without(state.covers, event.organisation_id))
        case UnitClosed():
            return replace(state, status="closed", closed_on=event.closed_on)
        case _:
            return state


def _register(command: RegisterUnit, state: UnitState) -> Sequence[DomainEvent]:
    check_kind(command.uscc, command.kind)
    if state.status == "unknown":
        return [UnitRegistered(uscc=command.uscc, on=command.on, kind=command.kind, **known(command))]
    _require_operating(command.uscc, state)
    if _differing(command, state):
        raise Refused(
            "unit-already-registered",
            f"the unit {command.uscc} is registered already, with other facts",
            remedy="change the registered unit instead of entering it again",
        )
    return []


def _change(command: FactsCommand, state: UnitState) -> list[DomainEvent]:
    changes = _differing(command, state)
    if not changes:
        return []
    _require_newer(command.uscc, command.on, state.since)
    standing = state.facts.model_copy(update=changes)
    return [UnitChanged(uscc=command.uscc, on=command.on, standing=standing, **changes)]


def _survey(command: SurveyUnit, state: UnitState) -> Sequence[DomainEvent]:
    _require_newer(command.uscc, command.on, state.since)
    clear = clear_parts(merged(state.facts, command), covered=bool(state.covers))
    found = UnitSurveyed(uscc=command.uscc, on=command.on, surveyed_by=command.surveyed_by, clear=clear)
    return [*_change(command, state), found]


def _differing(command: FactsCommand, state: UnitState) -> dict[str, object]:
    return changed(state.facts, **known(command))


def _enter(report: ReportUnitChange) -> Sequence[DomainEvent]:
    if report.name is None or report.area_code is None:
        raise Refused(
            "unit-unknown",
            f"the unit {report.uscc} is not registered, and the report lacks its name or its area",
            remedy="report it with name and area_code, so that it can be entered",
        )
    return [UnitRegistered(uscc=report.uscc, on=report.on, kind=kind_of(report.uscc), **known(report))]


def _close(command: CloseUnit, state: UnitState) -> Sequence[DomainEvent]:
    if state.status == "closed" and state.closed_on == command.closed_on:
        return []  # two registers report the same closure, each in its own words
    _require_operating(command.uscc, state)
    ended = [
        UnitCoverEnded(uscc=command.uscc, organisation_id=one, since=cover.since, on=max(command.closed_on, cover.since),
                       reason=command.reason)
        for one, cover in state.covers.items()
    ]  # fmt: skip
    return [*ended, UnitClosed(**command.model_dump())]


def _require_newer(uscc: str, on: date | None, since: date | None) -> None:
    if on is not None and since is not None and on < since:
        raise Refused(
            "unit-backdated",
            f"facts of {since} are known of the unit {uscc}, these are of {on}",
            remedy="nothing is lost: enter only what was found out later",
            where="on",
        )


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
    events=(UnitRegistered, UnitChanged, UnitSurveyed, UnitCovered, UnitCoverEnded, UnitClosed),
)
