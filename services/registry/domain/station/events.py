"""What happened to a station."""

from services.registry.domain.vocabulary import StationKind
from shared.kernel.event import DomainEvent


class StationOpened(DomainEvent):
    """A station opened. It serves the organisations below `organisation_id`."""

    type = "station-opened"

    station_id: str
    name: str
    kind: StationKind
    area_code: str
    organisation_id: str
    office_email: str | None = None
    office_phone: str | None = None


class StationChanged(DomainEvent):
    """Name or office addresses changed; None means unchanged."""

    type = "station-changed"

    station_id: str
    name: str | None = None
    office_email: str | None = None
    office_phone: str | None = None
