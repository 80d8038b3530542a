"""What happened to an application."""

from datetime import date, datetime

from services.registry.domain.instructor_application.commands import Criterion
from services.registry.domain.vocabulary import PostCapacity, PostSource
from shared.kernel.event import DomainEvent


class InstructorApplied(DomainEvent):
    """Somebody wants to be an instructor; `organisation_id` reviews it by `due_at`."""

    type = "instructor-applied"

    application_id: str
    person_id: str
    station_id: str
    organisation_id: str
    wishes: tuple[str, ...]
    source: PostSource
    capacity: PostCapacity
    applied_at: datetime
    due_at: datetime


class InstructorReviewed(DomainEvent):
    """The body's decision, with who made it and why."""

    type = "instructor-reviewed"

    application_id: str
    accepted: bool
    criteria_met: tuple[Criterion, ...]
    text: str
    reviewed_by: str
    person_id: str
    reviewed_at: datetime


class InstructorApplicationWithdrawn(DomainEvent):
    """The applicant no longer wants it."""

    type = "instructor-application-withdrawn"

    application_id: str
    withdrawn_at: datetime


class InstructorAppointed(DomainEvent):
    """They have the post; `PostAssigned` says so for each of them."""

    type = "instructor-appointed"

    application_id: str
    person_id: str
    station_id: str
    post_id: str
    organisation_ids: tuple[str, ...]
    since: date
    appointed_at: datetime


class InstructorReviewOverdue(DomainEvent):
    """The body did not answer in time."""

    type = "instructor-review-overdue"

    application_id: str
    station_id: str
    organisation_id: str
    due_at: datetime
