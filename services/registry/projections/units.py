"""What the facts of a unit make of its rows."""

from datetime import date
from typing import Any

from services.registry.domain.unit import events as unit
from services.registry.domain.unit.facts import known
from services.registry.projections.unit_tables import UNIT_COVERS, UNIT_HISTORY
from services.registry.projections.unit_tables import UNITS as TABLE
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange
from shared.kernel.calendar import local_date


def _unit(uscc: str, fact: Fact, **columns: object) -> Put:
    return Put("units", (uscc,), {"uscc": uscc, "version": fact.version} | columns)


def _registered(event: unit.UnitRegistered, fact: Fact) -> list[RowChange]:
    since, facts = event.on or local_date(fact.recorded_at), known(event)
    return [_unit(event.uscc, fact, kind=event.kind, since=since, **facts), _stood(event.uscc, since, facts)]


def _changed(event: unit.UnitChanged, fact: Fact) -> list[RowChange]:
    since = event.on or local_date(fact.recorded_at)
    rows: list[RowChange] = [_unit(event.uscc, fact, since=since, **known(event))]
    if event.standing is not None:
        rows.append(_stood(event.uscc, since, known(event.standing)))
    return rows


def _stood(uscc: str, since: date, facts: dict[str, Any]) -> Put:
    # What is known once never becomes unknown, so columns that are left out are empty in the row already.
    return Put("unit_history", (uscc, since), {"uscc": uscc, "since": since} | facts)


def _surveyed(event: unit.UnitSurveyed, fact: Fact) -> list[RowChange]:
    return [_unit(event.uscc, fact, surveyed_on=event.on, clear_parts=list(event.clear))]


def _closed(event: unit.UnitClosed, fact: Fact) -> list[RowChange]:
    return [_unit(event.uscc, fact, closed_on=event.closed_on)]


def _version(event: unit.UnitCovered | unit.UnitCoverEnded, fact: Fact) -> list[RowChange]:
    return [_unit(event.uscc, fact)]


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
        (TABLE.name, UNIT_HISTORY.name),
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
    Projection(
        "unit_covers", 1, (UNIT_COVERS.name,), {unit.UnitCovered: _covered, unit.UnitCoverEnded: _cover_ended}, {}
    ),
)
