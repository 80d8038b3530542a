"""What happened on the way of a unit to an organisation (domain L05)."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from services.registry.domain.vocabulary import FormationMode, OrganisationKind, Reason, WorkMeans
from shared.kernel.event import DomainEvent


class Step(BaseModel):
    """One of the means by which the unit is worked with, and by when it is there."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    means: WorkMeans
    due_on: date


class RipeningEvent(DomainEvent):
    """Which unit, and which of its plans."""

    uscc: str
    revision: int


class RipeningPlanned(RipeningEvent):
    """The steps of the unit from now on; `revision` counts from 1. `ripe`: founding was proposed already. Private: what is late
    or ripe tells others.
    """

    type = "ripening-planned"

    responsible_id: str
    steps: tuple[Step, ...]
    ripe: bool


class RipeningStepReached(RipeningEvent):
    """It was found to be there on that day."""

    type = "ripening-step-reached"

    means: WorkMeans
    on: date


class RipeningStepOverdue(RipeningEvent):
    """Its day passed without it."""

    type = "ripening-step-overdue"

    means: WorkMeans
    due_on: date
    responsible_id: str
    found_at: datetime


class UnitRipened(RipeningEvent):
    """By the rules of its area the unit must have an organisation now: founding one is proposed. Nothing is founded by it."""

    type = "unit-ripened"

    responsible_id: str
    ripe_on: date
    mode: FormationMode | None
    organisation_kind: OrganisationKind | None
    why: str


class RipeningEnded(RipeningEvent):
    """An organisation covers the unit, the unit is gone, or nobody works on it any more."""

    type = "ripening-ended"

    ground: str
    reason: Reason | None
    on: date
