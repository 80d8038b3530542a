"""What happened to a unit (两新组织)."""

from datetime import date

from services.registry.domain.unit.facts import UnitFacts
from services.registry.domain.unit.survey import Part
from services.registry.domain.vocabulary import FormationMode, UnitKind
from shared.kernel.event import DomainEvent


class UnitRegistered(UnitFacts, DomainEvent):
    """A unit was entered under its 统一社会信用代码; its facts hold from `on`, or from the day of the entry."""

    type = "unit-registered"
    model_config = DomainEvent.model_config

    uscc: str
    name: str
    kind: UnitKind
    area_code: str
    on: date | None = None


class UnitChanged(UnitFacts, DomainEvent):
    """Facts of a unit changed from that day on; None means unchanged.

    `standing` holds all facts as they are then, so that the state of any day is one row of a read model. Events of before
    this was recorded lack it.
    """

    type = "unit-changed"
    model_config = DomainEvent.model_config

    uscc: str
    on: date | None = None
    standing: UnitFacts | None = None


class UnitSurveyed(DomainEvent):
    """It was looked into; `clear` are the parts of 五个清 that are known since. Private."""

    type = "unit-surveyed"

    uscc: str
    on: date
    surveyed_by: str
    clear: tuple[Part, ...]


class UnitCovered(DomainEvent):
    """A party organisation covers the unit from that day on."""

    type = "unit-covered"

    uscc: str
    organisation_id: str
    mode: FormationMode
    on: date


class UnitCoverEnded(DomainEvent):
    """The organisation, which covered the unit since that day, does so no longer; `on` is the first day without it."""

    type = "unit-cover-ended"

    uscc: str
    organisation_id: str
    since: date
    on: date
    reason: str


class UnitClosed(DomainEvent):
    """The unit ceased to operate."""

    type = "unit-closed"

    uscc: str
    closed_on: date
    reason: str
