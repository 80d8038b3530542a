"""Closing a station, at which nobody serves any more."""

from datetime import date

from services.registry.domain.station.commands import CloseStation
from services.registry.domain.station.decider import STATION
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


async def close(
    unit: UnitOfWork, station_id: str, closed_on: date, reason: str, expected: int | None
) -> list[DomainEvent]:
    """Raises `Refused`: `station-in-use` while somebody holds a post there, or it serves anybody."""
    posts = await unit.rows("posts", scope="station", scope_id=station_id, until=None)
    served = await unit.rows("relations", kind="serves", from_id=station_id, until=None)
    if posts or served:
        raise Refused(
            "station-in-use",
            f"{len(posts)} posts are held at the station, and it serves {len(served)} organisations and units",
            remedy="hand the posts over and end what it serves first",
        )
    command = CloseStation(station_id=station_id, closed_on=closed_on, reason=reason)
    return await unit.handle(STATION, station_id, command, expected=expected)
