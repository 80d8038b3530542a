"""What happened to a place."""

from datetime import date

from services.registry.domain.vocabulary import Governance, PlaceKind, PlatformStep
from shared.kernel.event import DomainEvent


class PlaceOpened(DomainEvent):
    """It exists; `organisation_id` answers for it."""

    type = "place-opened"

    place_id: str
    kind: PlaceKind
    form: str
    name: str
    area_code: str
    organisation_id: str
    station_id: str | None
    governance: Governance | None
    opened_on: date


class PlaceChanged(DomainEvent):
    """Only what changed is given."""

    type = "place-changed"

    place_id: str
    name: str | None = None
    governance: Governance | None = None


class PlaceStepReached(DomainEvent):
    """A step of a platform is done."""

    type = "place-step-reached"

    place_id: str
    step: PlatformStep
    reached_on: date


class PlaceClosed(DomainEvent):
    """It is no more."""

    type = "place-closed"

    place_id: str
    closed_on: date
    reason: str
