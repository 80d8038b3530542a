"""驻城站 of a member who is away: it goes, or another one takes over while the member stays where they are."""

from collections.abc import Sequence

from services.mobility.domain.departure.commands import LoseStation, NameStation
from services.mobility.domain.departure.events import StationLost, StationNamed
from services.mobility.domain.departure.state import Away
from shared.kernel.event import DomainEvent


def lose_station(command: LoseStation, away: Away | None) -> Sequence[DomainEvent]:
    """Nothing for who is at home, or with another station by now."""
    if away is None or away.station_id != command.station_id:
        return []
    whose = {"departure_id": away.registered.departure_id, "member_id": away.registered.member_id}
    return [StationLost(**whose, **command.model_dump())]


def name_station(command: NameStation, away: Away) -> Sequence[DomainEvent]:
    """Nothing when it looks after the member already."""
    if away.station_id == command.station_id:
        return []
    return [StationNamed(**command.model_dump(), member_id=away.registered.member_id)]
