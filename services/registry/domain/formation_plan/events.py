"""What happened to the formation plan of a unit."""

from datetime import date, datetime

from services.registry.domain.vocabulary import FormationMode
from shared.kernel.event import DomainEvent


class FormationPlanAdopted(DomainEvent):
    """The unit's plan from now on; `revision` counts from 1."""

    type = "formation-plan-adopted"

    uscc: str
    revision: int
    mode: FormationMode
    start_on: date
    due_on: date
    contact_person_id: str
    responsible_id: str


class FormationPlanOverdue(DomainEvent):
    """The day passed without an organisation."""

    type = "formation-plan-overdue"

    uscc: str
    revision: int
    due_on: date
    contact_person_id: str
    responsible_id: str
    overdue_at: datetime


class FormationPlanFulfilled(DomainEvent):
    """An organisation covers the unit. `mode` is how it came about, which need not be what was planned."""

    type = "formation-plan-fulfilled"

    uscc: str
    revision: int
    organisation_id: str
    mode: FormationMode
    on: date


class FormationPlanAbandoned(DomainEvent):
    """It was given up."""

    type = "formation-plan-abandoned"

    uscc: str
    revision: int
    responsible_id: str
    reason: str
