"""组建程序: a unit applies, the committee above decides within a month, and the organisation is founded; stream
`founding-<id>` (domain §1.5 P6).

A superior may also found directly, without an application. The month is the party's and not configuration; when it has
passed without a word, the application is overdue in the hands of the one who has to answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal

from pydantic import AwareDatetime, Field

from services.registry.domain.organisation.rules import check_formal_members
from services.registry.domain.vocabulary import Id, Name, OrganisationHost, OrganisationKind, Reason
from shared.kernel.calendar import add_months, end_of_day, local_date
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.identifiers.area_code import AreaCode
from shared.kernel.identifiers.uscc import Uscc
from shared.kernel.timer import ArmTimer, CancelTimer, TimerChange

REPLY_MONTHS: Final = 1
_REPLY: Final = "reply"


class ApplyForFounding(Command):
    """A unit, or whoever speaks for it, applies to the organisation that is to decide. `unit_uscc` and `host` say what it is
    formed on: the unit itself, for a joint or attached one the unit that hosts it, or a building, a park, an association.
    """

    founding_id: Id
    organisation_id: Id
    name: Name
    kind: OrganisationKind
    area_code: AreaCode
    unit_uscc: Uscc | None = None
    host: OrganisationHost | None = None
    formal_members: int = Field(ge=0)
    applied_by: Id
    decided_by: Id
    applied_at: AwareDatetime


class DecideFounding(Command):
    """The body that was asked answers. A refusal has a reason that the unit is told."""

    decision: Literal["approved", "refused"]
    decided_by: Id
    person_id: Id
    reason: Reason | None = None
    decided_on: date


class CallReplyOverdue(Command):
    """The month has passed."""

    at: AwareDatetime


class FoundingApplied(DomainEvent):
    """An application waits for an answer until the end of `reply_by`."""

    type = "founding-applied"

    founding_id: str
    organisation_id: str
    name: str
    kind: OrganisationKind
    area_code: str
    unit_uscc: str | None = None
    host: OrganisationHost | None = None
    formal_members: int
    applied_by: str
    decided_by: str
    applied_at: datetime
    reply_by: date


class FoundingReplyOverdue(DomainEvent):
    """Nobody answered within the month."""

    type = "founding-reply-overdue"

    founding_id: str
    decided_by: str
    applied_by: str
    reply_by: date
    overdue_at: datetime


class FoundingDecided(DomainEvent):
    """The body answered."""

    type = "founding-decided"

    founding_id: str
    organisation_id: str
    decision: Literal["approved", "refused"]
    decided_by: str
    person_id: str
    reason: str | None = None
    decided_on: date


@dataclass(frozen=True, slots=True)
class FoundingState:
    """The application, and the answer once there is one."""

    applied: FoundingApplied | None = None
    decided: FoundingDecided | None = None
    is_overdue: bool = False


FoundingCommand = ApplyForFounding | DecideFounding | CallReplyOverdue


def decide(command: FoundingCommand, state: FoundingState) -> Sequence[DomainEvent]:
    """Errors: those of `rules`, and `founding-known`, `founding-unknown`, `founding-decided`, `not-the-body-asked`,
    `reason-missing`.
    """
    match command:
        case ApplyForFounding():
            return _apply(command, state)
    applied = state.applied
    if applied is None:
        raise Refused("founding-unknown", "there is no such application", remedy="check the id")
    match command:
        case DecideFounding():
            return _decide(command, applied, state)
        case CallReplyOverdue():
            if state.decided is not None or state.is_overdue:
                return []
            facts = applied.model_dump(include={"founding_id", "decided_by", "applied_by", "reply_by"})
            return [FoundingReplyOverdue(overdue_at=command.at, **facts)]


def _apply(command: ApplyForFounding, state: FoundingState) -> Sequence[DomainEvent]:
    if state.applied is not None:
        if command.model_dump(exclude={"applied_at"}).items() <= state.applied.model_dump().items():
            return []
        raise Refused("founding-known", "the id was used for another application", remedy="use a new id")
    check_formal_members(command.kind, command.formal_members)
    reply_by = add_months(local_date(command.applied_at), REPLY_MONTHS)
    return [FoundingApplied(reply_by=reply_by, **dict(command))]


def _decide(command: DecideFounding, applied: FoundingApplied, state: FoundingState) -> Sequence[DomainEvent]:
    if command.decided_by != applied.decided_by:
        raise Refused(
            "not-the-body-asked",
            f"the application is {applied.decided_by}'s to answer",
            remedy="let that body answer",
            where="by",
        )
    if command.decision == "refused" and command.reason is None:
        raise Invalid(
            "reason-missing", "a refusal has a reason", remedy="say what the unit can do about it", where="reason"
        )
    answer = FoundingDecided(
        founding_id=applied.founding_id, organisation_id=applied.organisation_id, **command.model_dump()
    )
    if state.decided is not None:
        if state.decided.decision == command.decision:
            return []
        raise Refused(
            "founding-decided", f"it was {state.decided.decision} on {state.decided.decided_on}", remedy="apply anew"
        )
    return [answer]


def evolve(state: FoundingState, event: DomainEvent) -> FoundingState:
    match event:
        case FoundingApplied():
            return FoundingState(event)
        case FoundingReplyOverdue():
            return replace(state, is_overdue=True)
        case FoundingDecided():
            return replace(state, decided=event)
        case _:
            return state


def _timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case FoundingApplied():
            return [ArmTimer(_REPLY, end_of_day(event.reply_by))]
        case FoundingDecided():
            return [CancelTimer(_REPLY)]
        case _:
            return []


FOUNDING: Decider[FoundingCommand, FoundingState] = Decider(
    stream_type="founding",
    initial=FoundingState(),
    decide=decide,
    evolve=evolve,
    events=(FoundingApplied, FoundingReplyOverdue, FoundingDecided),
    timers=_timers,
    on_timer=lambda timer: CallReplyOverdue(at=timer.now),
)
