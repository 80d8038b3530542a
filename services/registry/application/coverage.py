"""两个覆盖 (domain §1.6): how many units have an organisation, and of the others how many are worked with, on any day.

A rate is nothing without what it is a rate of, so the counts always come along: `operating` (实体运营) is the denominator of
组织覆盖, `without_organisation` that of 工作覆盖.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.application.standing import EDGES, STANDING, path
from services.registry.domain.formation.rules import CitedRules
from shared.security.policy import area_prefix

_GROUPS: Final = text(
    STANDING  # noqa: S608 - a constant of ours
    + """
, judged AS (
    SELECT *, modes && CAST(:covering AS text[]) AS covered,
           coalesce(staff, 0) >= CASE kind WHEN 'social_organisation' THEN CAST(:key_social AS int)
                                           ELSE CAST(:key AS int) END AS key,
           ARRAY[CASE WHEN instructor THEN 'instructor' END, CASE WHEN liaison THEN 'liaison' END,
                 CASE WHEN trade_union THEN 'trade_union' END, CASE WHEN youth_league THEN 'youth_league' END,
                 CASE WHEN womens_federation THEN 'womens_federation' END] && CAST(:means AS text[]) AS worked_with
    FROM standing
)
SELECT area_code, kind, falls_to, count(*) AS registered,
       count(*) FILTER (WHERE counted) AS operating,
       count(*) FILTER (WHERE counted AND covered) AS covered,
       count(*) FILTER (WHERE counted AND 'single' = ANY(modes)) AS single,
       count(*) FILTER (WHERE counted AND 'joint' = ANY(modes)) AS joint,
       count(*) FILTER (WHERE counted AND 'attached' = ANY(modes)) AS attached,
       count(*) FILTER (WHERE counted AND 'included' = ANY(modes)) AS included,
       count(*) FILTER (WHERE counted AND 'trade' = ANY(modes)) AS trade,
       count(*) FILTER (WHERE counted AND 'area' = ANY(modes)) AS area,
       count(*) FILTER (WHERE counted AND NOT covered AND worked_with) AS work_covered,
       count(*) FILTER (WHERE counted AND key) AS key_units,
       count(*) FILTER (WHERE counted AND (key OR coalesce(formal_members, 0) + coalesce(probationary_members, 0) > 0))
           AS ledgers,
       count(*) FILTER (WHERE counted AND liaison) AS with_liaison
FROM judged GROUP BY area_code, kind, falls_to
"""
)
_STATIONS: Final = text("SELECT station_id, name, organisation_id, area_code FROM stations ORDER BY station_id")


@dataclass(slots=True)
class Figures:
    """Counts of units. By way of forming a unit counts once for each way in which it is covered.

    `ledgers` are units that owe a ledger: 规模以上, or with members (domain §4.2 Z04).
    """

    registered: int = 0
    operating: int = 0
    covered: int = 0
    single: int = 0
    joint: int = 0
    attached: int = 0
    included: int = 0
    trade: int = 0
    area: int = 0
    work_covered: int = 0
    key_units: int = 0
    ledgers: int = 0
    with_liaison: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Count a group in."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + row[one.name])

    def told(self) -> dict[str, Any]:
        """With both rates; a rate of nothing is not a number."""
        without = self.operating - self.covered
        return asdict(self) | {
            "without_organisation": without,
            "organisation_rate": _rate(self.covered, self.operating),
            "single_rate": _rate(self.single, self.operating),
            "work_rate": _rate(self.work_covered, without),
        }


@dataclass(slots=True)
class Coverage:
    """Figures of an area, and their parts: by place, by kind, by the station that serves them (以点带片、以片带面)."""

    total: Figures = field(default_factory=Figures)
    by_area: dict[str, Figures] = field(default_factory=dict)
    by_kind: dict[str, Figures] = field(default_factory=dict)
    by_station: dict[str, Figures] = field(default_factory=dict)
    outside_stations: Figures = field(default_factory=Figures)


async def coverage(
    connection: AsyncConnection, area_code: str, day: date, cited: CitedRules, within: Iterable[str] | None = None
) -> tuple[Coverage, list[dict[str, Any]]]:
    """The figures of that day, and the stations they are rolled up to. A unit belongs to the station that is nearest above
    the organisation it falls to. `within`: only units that fall to one of these organisations or below.
    """
    rules = cited.rules
    found = await connection.execute(
        _GROUPS,
        {
            "day": day, "prefix": area_prefix(area_code), "covering": list(rules.covering_modes),
            "means": list(rules.work_means), "key": rules.key_staff, "key_social": rules.key_staff_social,
        },
    )  # fmt: skip
    groups = [dict(row) for row in found.mappings()]
    edges = await connection.execute(text(EDGES), {"day": day})
    parents: dict[str, str | None] = {row[0]: row[1] for row in edges}
    stations = [dict(row) for row in (await connection.execute(_STATIONS)).mappings()]
    at: dict[str, list[str]] = {}
    for station in stations:
        at.setdefault(station["organisation_id"], []).append(station["station_id"])
    result, wanted = Coverage(), None if within is None else set(within)
    for group in groups:
        above = path(parents, group["falls_to"])
        if wanted is not None and wanted.isdisjoint(above):
            continue
        result.total.add(group)
        result.by_area.setdefault(group["area_code"], Figures()).add(group)
        result.by_kind.setdefault(group["kind"], Figures()).add(group)
        nearest = next((at[one] for one in above if one in at), None)
        for station_id in nearest or ():
            result.by_station.setdefault(station_id, Figures()).add(group)
        if nearest is None:
            result.outside_stations.add(group)
    return result, [one for one in stations if one["station_id"] in result.by_station]


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
