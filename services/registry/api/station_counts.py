"""服务覆盖 in numbers: station by station, rolled up to areas (以点带面), as of any day (domain W04, W05, W29, N03)."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, distinct, func, or_, select

from services.registry.projections.care_tables import MEMBER_CARE
from services.registry.projections.place_tables import RELATIONS
from services.registry.projections.tables import POSTS, STATIONS
from shared.kernel.calendar import end_of_day
from shared.security.access import in_area

Query = Callable[[Select[Any]], Awaitable[list[dict[str, Any]]]]
COUNTED: Final = ("heads", "instructors", "organisations", "units", "members_in_care", "population")


async def counts_of(query: Query, day: date, area_code: str | None) -> dict[str, Any]:
    """Each with its stations named, so that every number can be traced to what it counts."""
    stood = (STATIONS.c.opened_on <= day, or_(STATIONS.c.closed_on.is_(None), STATIONS.c.closed_on > day))
    here = in_area(STATIONS.c.area_code, [area_code] if area_code else [])
    facts = (STATIONS.c.station_id, STATIONS.c.kind, STATIONS.c.area_code, STATIONS.c.population)
    stations = await query(select(*facts).where(*stood, *here).order_by(STATIONS.c.station_id))
    sums = {name: await query(one) for name, one in _sums(day).items()}
    by_station = {name: {row["at"]: row["count"] for row in rows} for name, rows in sums.items()}
    for row in stations:
        row["population"] = row["population"] or 0
        row |= {name: found.get(row["station_id"], 0) for name, found in by_station.items()}
    areas: dict[str, dict[str, int]] = {}
    for row in stations:
        area = areas.setdefault(row["area_code"], {"stations": 0} | dict.fromkeys(COUNTED, 0))
        area["stations"] += 1
        for name in COUNTED:
            area[name] += row[name]
    total = {name: sum(area[name] for area in areas.values()) for name in ("stations", *COUNTED)}
    return {"as_of": day, "total": total, "areas": areas, "stations": stations}


def _sums(day: date) -> dict[str, Select[Any]]:
    moment = end_of_day(day)

    def held(*kinds: str) -> Select[Any]:
        at = (POSTS.c.scope == "station", POSTS.c.kind.in_(kinds), *_during(POSTS, day))
        return select(POSTS.c.scope_id.label("at"), func.count().label("count")).where(*at).group_by(POSTS.c.scope_id)

    def served(scope: str) -> Select[Any]:
        at = (RELATIONS.c.kind == "serves", RELATIONS.c.to_scope == scope, *_during(RELATIONS, day))
        number = func.count(distinct(RELATIONS.c.to_id)).label("count")
        return select(RELATIONS.c.from_id.label("at"), number).where(*at).group_by(RELATIONS.c.from_id)

    care = MEMBER_CARE.c
    cared = (care.established_at <= moment, or_(care.ended_at.is_(None), care.ended_at > moment))
    members = select(care.station_id.label("at"), func.count().label("count")).where(*cared).group_by(care.station_id)
    return {
        "heads": held("station_head", "deputy_head"),
        "instructors": held("instructor"),
        "organisations": served("organisation"),
        "units": served("unit"),
        "members_in_care": members,
    }


def _during(table: Table, day: date) -> tuple[ColumnElement[bool], ...]:
    return table.c.since <= day, or_(table.c.until.is_(None), table.c.until >= day)
