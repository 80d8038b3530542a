"""双向选择 of instructors (domain W13): somebody applies of their own will, the committee reviews, then they are appointed.

One stream `instructor-application-<id>`. An acceptance is a judgement on all three criteria (政治强、业务精、作风实), made by
a named person for a named body; a review that is late is said to be late, and nothing is decided by that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from services.registry.domain.instructor_application.commands import (
    ApplicationCommand,
    ApplyAsInstructor,
    AppointInstructor,
    Criterion,
    MarkReviewOverdue,
    ReviewApplication,
    WithdrawApplication,
)
from services.registry.domain.instructor_application.events import (
    InstructorApplicationWithdrawn,
    InstructorApplied,
    InstructorAppointed,
    InstructorReviewed,
    InstructorReviewOverdue,
)
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, TimerChange

_REVIEW: Final = "review"
Status = Literal["unknown", "open", "accepted", "declined", "withdrawn", "appointed"]


@dataclass(frozen=True, slots=True)
class Application:
    """An application as it stands."""

    applied: InstructorApplied | None = None
    status: Status = "unknown"
    review: InstructorReviewed | None = None
    appointment: InstructorAppointed | None = None
    overdue: bool = False


def decide(command: ApplicationCommand, state: Application) -> Sequence[DomainEvent]:
    """Errors: `application-exists`, `application-unknown`, `not-the-reviewing-body`, `application-reviewed`,
    `criteria-missing`, `application-not-accepted`, `application-ended`.
    """
    if isinstance(command, ApplyAsInstructor):
        return _apply(command, state)
    if state.applied is None:
        raise NotFound("application-unknown", "there is no such application", remedy="check its id")
    match command:
        case ReviewApplication():
            return _review(command, state, state.applied)
        case WithdrawApplication():
            return _withdraw(command, state, state.applied)
        case AppointInstructor():
            return _appoint(command, state, state.applied)
        case MarkReviewOverdue():
            return _overdue(state, state.applied)


def _apply(command: ApplyAsInstructor, state: Application) -> Sequence[DomainEvent]:
    if state.applied is None:
        return [InstructorApplied(**dict(command))]
    of_the_act = {"applied_at", "due_at"}
    if command.model_dump(exclude=of_the_act) == state.applied.model_dump(exclude=of_the_act):
        return []
    raise Refused("application-exists", "that is another application", remedy="use a new id")


def _review(command: ReviewApplication, state: Application, applied: InstructorApplied) -> Sequence[DomainEvent]:
    if command.reviewed_by != applied.organisation_id:
        raise Refused(
            "not-the-reviewing-body",
            f"{applied.organisation_id} reviews who applies to its station",
            remedy=f"let {applied.organisation_id} review",
            where="by",
        )
    missing = [criterion for criterion in get_args(Criterion) if criterion not in command.criteria_met]
    if command.accepted and missing:
        raise Invalid(
            "criteria-missing",
            f"whoever is accepted meets all criteria; {', '.join(missing)} is not among those met",
            remedy="decline, or state that they are met",
            where="criteria_met",
        )
    reviewed = InstructorReviewed(application_id=applied.application_id, **dict(command))
    if state.status == "open":
        return [reviewed]
    same = state.review is not None and state.review.model_copy(update={"reviewed_at": reviewed.reviewed_at})
    if same == reviewed:
        return []
    raise Refused("application-reviewed", f"it is {state.status} already", remedy="a new application is possible")


def _withdraw(command: WithdrawApplication, state: Application, applied: InstructorApplied) -> Sequence[DomainEvent]:
    if state.status in ("open", "accepted"):
        return [InstructorApplicationWithdrawn(application_id=applied.application_id, **dict(command))]
    if state.status == "withdrawn":
        return []
    raise Refused("application-ended", f"it is {state.status}", remedy="whoever is appointed leaves the post")


def _appoint(command: AppointInstructor, state: Application, applied: InstructorApplied) -> Sequence[DomainEvent]:
    appointed = InstructorAppointed(
        application_id=applied.application_id,
        person_id=applied.person_id,
        station_id=applied.station_id,
        **dict(command),
    )
    if state.status == "accepted":
        return [appointed]
    if state.appointment is not None:
        raise Refused("application-ended", "they were appointed", remedy="further posts are assigned one by one")
    raise Refused("application-not-accepted", f"the application is {state.status}", remedy="review and accept it first")


def _overdue(state: Application, applied: InstructorApplied) -> Sequence[DomainEvent]:
    if state.status != "open" or state.overdue:
        return []
    said = applied.model_dump(include=set(InstructorReviewOverdue.model_fields))
    return [InstructorReviewOverdue(**said)]


def evolve(state: Application, event: DomainEvent) -> Application:
    match event:
        case InstructorApplied():
            return Application(event, "open")
        case InstructorReviewed():
            return replace(state, status="accepted" if event.accepted else "declined", review=event)
        case InstructorApplicationWithdrawn():
            return replace(state, status="withdrawn")
        case InstructorAppointed():
            return replace(state, status="appointed", appointment=event)
        case InstructorReviewOverdue():
            return replace(state, overdue=True)
        case _:
            return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case InstructorApplied():
            return [ArmTimer(_REVIEW, event.due_at)]
        case InstructorReviewed() | InstructorApplicationWithdrawn():
            return [CancelTimer(_REVIEW)]
        case _:
            return []


INSTRUCTOR_APPLICATION: Decider[ApplicationCommand, Application] = Decider(
    stream_type="instructor-application",
    initial=Application(),
    decide=decide,
    evolve=evolve,
    events=(
        InstructorApplied,
        InstructorReviewed,
        InstructorApplicationWithdrawn,
        InstructorAppointed,
        InstructorReviewOverdue,
    ),
    timers=timers,
    on_timer=lambda _: MarkReviewOverdue(),
)
