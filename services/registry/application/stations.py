"""Closing a station, at which nobody serves any more."""

from datetime import date

from services.registry.application.closing import require_marked
from services.registry.application.strengths import lift
from services.registry.domain.relation.kinds import KINDS
from services.registry.domain.station.commands import CloseStation
from services.registry.domain.station.decider import STATION
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


async def in_use(unit: UnitOfWork, station_id: str) -> bool:
    """Whether anybody holds a post there, or anything is related to it."""
    return any(await _used(unit, station_id))


async def close(
    unit: UnitOfWork, station_id: str, closed_on: date, reason: str, expected: int | None
) -> list[DomainEvent]:
    """Raises `Refused`: `station-in-use` while somebody holds a post there, or it serves anybody or is served as a centre;
    `closing-interrupted` unless it is `marked`.
    """
    await require_marked(unit, "station", station_id, in_use)
    posts, served, centres = await _used(unit, station_id)
    if posts or served or centres:
        raise Refused(
            "station-in-use",
            f"{posts} posts are held at the station, it serves {served} organisations and units, and is related to by "
            f"{centres} others",
            remedy="hand the posts over and end what it serves first",
        )
    command = CloseStation(station_id=station_id, closed_on=closed_on, reason=reason)
    events = await unit.handle(STATION, station_id, command, expected=expected)
    if events:
        await lift(unit, "station", station_id)
    return events


async def _used(unit: UnitOfWork, station_id: str) -> tuple[int, int, int]:
    posts = await unit.rows("posts", scope="station", scope_id=station_id, until=None)
    own = await unit.rows("relations", from_id=station_id, until=None)
    served = [row for row in own if KINDS[row["kind"]].source == "station"]
    others = await unit.rows("relations", to_scope="station", to_id=station_id, until=None)
    return len(posts), len(served), len(others)
