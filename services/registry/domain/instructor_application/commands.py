"""What can be asked of an application."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from services.registry.domain.vocabulary import Id, PostCapacity, PostSource, Reason
from shared.kernel.event import Command

Criterion = Literal["politics", "skill", "conduct"]
"""政治强、业务精、作风实."""


class ApplyAsInstructor(Command):
    """Apply for a station, perhaps with the organisations that the applicant would like to serve (自愿报名)."""

    application_id: Id
    person_id: Id
    station_id: Id
    organisation_id: Id
    wishes: tuple[Id, ...] = Field(default=(), max_length=20)
    source: PostSource
    capacity: PostCapacity
    applied_at: AwareDatetime
    due_at: AwareDatetime


class ReviewApplication(Command):
    """The committee's judgement (党工委审核): by whom, on what, and why."""

    accepted: bool
    criteria_met: tuple[Criterion, ...] = Field(max_length=3)
    text: Reason
    reviewed_by: Id
    person_id: Id
    reviewed_at: AwareDatetime


class WithdrawApplication(Command):
    """The applicant no longer wants it."""

    withdrawn_at: AwareDatetime


class AppointInstructor(Command):
    """They take the post at the station, and the posts at organisations that hang on it."""

    post_id: Id
    organisation_ids: tuple[Id, ...] = Field(default=(), max_length=50)
    since: date
    appointed_at: AwareDatetime


class MarkReviewOverdue(Command):
    """The time for the review has passed."""


ApplicationCommand = ApplyAsInstructor | ReviewApplication | WithdrawApplication | AppointInstructor | MarkReviewOverdue
