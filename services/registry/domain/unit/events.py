"""What happened to a unit (两新组织)."""

from datetime import date

from services.registry.domain.vocabulary import UnitKind
from shared.kernel.event import DomainEvent


class UnitRegistered(DomainEvent):
    """A unit was entered under its 统一社会信用代码."""

    type = "unit-registered"

    uscc: str
    name: str
    kind: UnitKind
    area_code: str
    staff: int | None = None


class UnitChanged(DomainEvent):
    """Facts of a unit changed; None means unchanged."""

    type = "unit-changed"

    uscc: str
    name: str | None = None
    area_code: str | None = None
    staff: int | None = None


class UnitClosed(DomainEvent):
    """The unit ceased to operate."""

    type = "unit-closed"

    uscc: str
    closed_on: date
    reason: str
