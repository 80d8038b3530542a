"""What can be asked of a seat."""

from pydantic import AwareDatetime, Field

from services.registry.domain.vocabulary import Id, Name, PostKind, PostScope
from shared.kernel.event import Command


class TakeSeat(Command):
    """Occupy the seat for a post that is being assigned; `most` posts may occupy it at once, None for any number."""

    post_id: Id
    most: int | None = 1
    at: AwareDatetime


class VacateSeat(Command):
    """Free the seat of a post that is being left."""

    post_id: Id
    at: AwareDatetime


class SetStrength(Command):
    """Say how many should hold the post (编制), which document says so, and after how many days a vacancy is overdue."""

    seat_id: str
    kind: PostKind
    scope: PostScope
    scope_id: Id
    organisation_id: Id
    least: int = Field(ge=0, le=100)
    alert_days: int = Field(ge=1, le=366)
    source_document: Name
    at: AwareDatetime


class MarkVacancyOverdue(Command):
    """The time for filling it has passed."""

    due_at: AwareDatetime


SeatCommand = TakeSeat | VacateSeat | SetStrength | MarkVacancyOverdue
