"""What happened to a station."""

from datetime import date

from services.registry.domain.vocabulary import StationFunction, StationKind
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
    pilot: bool = False
    functions: tuple[StationFunction, ...] | None = None
    site_id: str | None = None
    population: int | None = None


class StationChanged(DomainEvent):
    """What is said of it changed; None means unchanged."""

    type = "station-changed"

    station_id: str
    name: str | None = None
    office_email: str | None = None
    office_phone: str | None = None
    pilot: bool | None = None
    functions: tuple[StationFunction, ...] | None = None
    site_id: str | None = None
    population: int | None = None


class StationClosed(DomainEvent):
    """The station is no more."""

    type = "station-closed"

    station_id: str
    closed_on: date
    reason: str
