"""What happened to a seat. Taking and vacating is private: others learn of it from PostAssigned and PostLeft."""

from datetime import datetime

from services.registry.domain.vocabulary import PostKind, PostScope
from shared.kernel.event import DomainEvent


class SeatTaken(DomainEvent):
    """A post occupies it, perhaps beside others."""

    type = "seat-taken"

    post_id: str


class SeatVacated(DomainEvent):
    """A post no longer does."""

    type = "seat-vacated"

    post_id: str


class StaffingChanged(DomainEvent):
    """How many hold a post that should be held by `least` (编制). Vacant while `due_at` is given: overdue from then on."""

    type = "staffing-changed"

    seat_id: str
    kind: PostKind
    scope: PostScope
    scope_id: str
    organisation_id: str
    least: int
    held: int
    alert_days: int
    source_document: str
    vacant_since: datetime | None
    due_at: datetime | None
    changed_at: datetime


class VacancyOverdue(DomainEvent):
    """It was not filled in time."""

    type = "vacancy-overdue"

    seat_id: str
    kind: PostKind
    scope: PostScope
    scope_id: str
    organisation_id: str
    least: int
    held: int
    due_at: datetime
