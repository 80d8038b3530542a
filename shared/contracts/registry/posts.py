"""Public events of posts (站长、指导员、联络员…), of the seats there are to fill, and of those who apply."""

from datetime import date, datetime

from shared.contracts.registry.terms import (
    PostCapacity,
    PostKind,
    PostScope,
    PostSource,
    RegistryEvent,
)


class PostAssigned(RegistryEvent, aggregate="post", key="post_id"):
    """A person took a post (站长、指导员、联络员…) at a station, an organisation or a unit."""

    post_id: str
    kind: PostKind
    person_id: str
    scope: PostScope
    scope_id: str
    since: date
    source: PostSource | None = None
    capacity: PostCapacity | None = None
    under_post_id: str | None = None
    represents_id: str | None = None


class PostLeft(RegistryEvent, aggregate="post", key="post_id"):
    """The holder left the post; `handed_to` is the post of whoever took over what it was for."""

    post_id: str
    kind: PostKind
    person_id: str
    scope: PostScope
    scope_id: str
    until: date
    handed_to: str | None = None


class StaffingChanged(RegistryEvent, aggregate="staffing", key="seat_id"):
    """How many hold a post of which there should be `least` (编制). Vacant while `due_at` is given."""

    seat_id: str
    kind: PostKind
    scope: PostScope
    scope_id: str
    organisation_id: str
    least: int
    held: int
    vacant_since: datetime | None
    due_at: datetime | None


class VacancyOverdue(RegistryEvent, aggregate="staffing", key="seat_id"):
    """A post was not filled by `due_at`. `organisation_id` fills it."""

    seat_id: str
    kind: PostKind
    scope: PostScope
    scope_id: str
    organisation_id: str
    least: int
    held: int
    due_at: datetime


class InstructorApplied(RegistryEvent, aggregate="instructor-application", key="application_id"):
    """Somebody wants to be an instructor at a station (自愿报名); `organisation_id` reviews it by `due_at`."""

    application_id: str
    person_id: str
    station_id: str
    organisation_id: str
    due_at: datetime


class InstructorReviewed(RegistryEvent, aggregate="instructor-application", key="application_id"):
    """The body decided (党工委审核); `person_id` signed."""

    application_id: str
    accepted: bool
    reviewed_by: str
    person_id: str
    reviewed_at: datetime


class InstructorApplicationWithdrawn(RegistryEvent, aggregate="instructor-application", key="application_id"):
    """The applicant no longer wants it."""

    application_id: str
    withdrawn_at: datetime


class InstructorAppointed(RegistryEvent, aggregate="instructor-application", key="application_id"):
    """The applicant has the post; `PostAssigned` says it of each post."""

    application_id: str
    person_id: str
    station_id: str
    post_id: str
    organisation_ids: tuple[str, ...]
    since: date


class InstructorReviewOverdue(RegistryEvent, aggregate="instructor-application", key="application_id"):
    """The body has not answered in time."""

    application_id: str
    station_id: str
    organisation_id: str
    due_at: datetime
