"""What the facts of a unit make of its rows."""

from typing import Any

from services.registry.domain.unit import events as unit
from services.registry.domain.unit.facts import FACTS, UnitFacts
from services.registry.projections.unit_tables import UNIT_COVERS, UNIT_HISTORY
from services.registry.projections.unit_tables import UNITS as TABLE
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange
from shared.kernel.calendar import local_date


def _known(facts: UnitFacts) -> dict[str, Any]:
    return {name: value for name in FACTS if (value := getattr(facts, name)) is not None}


def _unit(uscc: str, fact: Fact, **columns: object) -> Put:
    return Put("units", (uscc,), {"uscc": uscc, "version": fact.version} | columns)


def _stood(event: unit.UnitRegistered | unit.UnitChanged, standing: UnitFacts, fact: Fact) -> Put:
    since = event.on or local_date(fact.recorded_at)
    # Every column, the empty ones too: two changes of one day share a row, and all rows one prepared statement.
    row = {name: getattr(standing, name) for name in FACTS}
    return Put("unit_history", (event.uscc, since), {"uscc": event.uscc, "since": since} | row)


def _registered(event: unit.UnitRegistered, fact: Fact) -> list[RowChange]:
    since = event.on or local_date(fact.recorded_at)
    return [_unit(event.uscc, fact, kind=event.kind, since=since, **_known(event))]


def _changed(event: unit.UnitChanged, fact: Fact) -> list[RowChange]:
    return [_unit(event.uscc, fact, since=event.on or local_date(fact.recorded_at), **_known(event))]


def _surveyed(event: unit.UnitSurveyed, fact: Fact) -> list[RowChange]:
    return [_unit(event.uscc, fact, surveyed_on=event.on, clear_parts=list(event.clear))]


def _closed(event: unit.UnitClosed, fact: Fact) -> list[RowChange]:
    return [_unit(event.uscc, fact, closed_on=event.closed_on)]


def _version(event: unit.UnitCovered | unit.UnitCoverEnded, fact: Fact) -> list[RowChange]:
    return [_unit(event.uscc, fact)]


def _entered(event: unit.UnitRegistered, fact: Fact) -> list[RowChange]:
    return [_stood(event, event, fact)]


def _stands(event: unit.UnitChanged, fact: Fact) -> list[RowChange]:
    return [_stood(event, event.standing, fact)] if event.standing is not None else []


def _covered(event: unit.UnitCovered, _: Fact) -> list[RowChange]:
    row = {"uscc": event.uscc, "organisation_id": event.organisation_id, "since": event.on}
    return [Put("unit_covers", tuple(row.values()), row | {"mode": event.mode, "until": None})]


def _cover_ended(event: unit.UnitCoverEnded, _: Fact) -> list[RowChange]:
    row = {"uscc": event.uscc, "organisation_id": event.organisation_id, "since": event.since}
    return [Put("unit_covers", tuple(row.values()), row | {"until": event.on})]


UNITS = (
    Projection(
        "units",
        2,
        (TABLE.name,),
        {
            unit.UnitRegistered: _registered,
            unit.UnitChanged: _changed,
            unit.UnitSurveyed: _surveyed,
            unit.UnitCovered: _version,
            unit.UnitCoverEnded: _version,
            unit.UnitClosed: _closed,
        },
        {},
    ),
    Projection("unit_history", 1, (UNIT_HISTORY.name,), {unit.UnitRegistered: _entered, unit.UnitChanged: _stands}, {}),
    Projection(
        "unit_covers", 1, (UNIT_COVERS.name,), {unit.UnitCovered: _covered, unit.UnitCoverEnded: _cover_ended}, {}
    ),
)
