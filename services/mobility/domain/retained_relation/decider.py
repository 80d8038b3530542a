"""组织关系保留: graduates may leave their relation at school for two years, who goes abroad keeps it (domain T24).

Contact at least once per half-year; after two years (graduates) or five (abroad) the committee has to decide. Until it
does, the case is in its hands with a due time; no day decides anything. With the relation itself it is over.
One stream per retention.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from pydantic import AwareDatetime

from services.mobility.domain.retained_relation.events import (
    RelationRetained,
    RetentionContactOverdue,
    RetentionContactRecorded,
    RetentionDecision,
    RetentionEnded,
    RetentionKind,
    RetentionLapse,
    RetentionLapsed,
    RetentionLimitReached,
)
from shared.kernel.calendar import add_months, end_of_day, local_date
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

LIMIT_MONTHS: Final[dict[RetentionKind, int]] = {"graduate": 24, "abroad": 60}
"""Party-wide (domain T24): at school no longer than two years; after five years abroad a decision is due."""
CONTACT_MONTHS: Final = 6
"""At least once per half-year (domain T24)."""
DECIDE_WITHIN: Final = timedelta(days=30)

CONTACT: Final = "retention-contact"
LIMIT: Final = "retention-limit"


class RetainRelation(Command):
    """The committee keeps the relation from `since` on."""

    retention_id: str
    member_id: str
    committee_id: str
    kind: RetentionKind
    since: date
    retained_at: AwareDatetime


class RecordRetentionContact(Command):
    """There was contact on that day."""

    contacted_on: date
    recorded_by: str
    recorded_at: AwareDatetime


class EndRetention(Command):
    """The committee decides, with a reason."""

    decision: RetentionDecision
    decided_by: str
    reason: str
    decided_on: date
    ended_at: AwareDatetime


class LapseRetention(Command):
    """The registry's roll does not have the relation where it was kept."""

    reason: RetentionLapse
    lapsed_at: AwareDatetime


class MarkContactOverdue(Command):
    """Made by a timer."""

    due_at: AwareDatetime


class ReachLimit(Command):
    """Made by a timer."""

    due_at: AwareDatetime
    now: AwareDatetime


RetentionCommand = (
    RetainRelation | RecordRetentionContact | EndRetention | LapseRetention | MarkContactOverdue | ReachLimit
)


@dataclass(frozen=True, slots=True)
class Retention:
    """What the next decision needs."""

    begun: RelationRetained | None = None
    contacts: int = 0
    last_contact_on: date | None = None
    contact_due_at: datetime | None = None
    overdue: bool = False
    limit_reached: bool = False
    ended: RetentionEnded | RetentionLapsed | None = None


def decide(command: RetentionCommand, state: Retention) -> Sequence[DomainEvent]:
    """Errors: `retention-unknown`, `retention-exists`, `retention-ended`, `contact-date`, `since-date`, `reason-missing`."""
    if isinstance(command, RetainRelation):
        return _retain(command, state)
    begun = state.begun
    if begun is None:
        raise NotFound("retention-unknown", "there is no such retained relation", remedy="check its id")
    whose = begun.model_dump(include={"retention_id", "member_id", "committee_id"})
    match command:
        case RecordRetentionContact():
            return _contact(command, state, begun, whose)
        case EndRetention():
            return _end(command, state, whose)
        case LapseRetention():
            return [] if state.ended else [RetentionLapsed(**whose, **command.model_dump())]
        case MarkContactOverdue():
            if state.ended or state.overdue or state.contact_due_at != command.due_at:
                return []
            return [RetentionContactOverdue(**whose, due_at=command.due_at)]
        case ReachLimit():
            if state.ended or state.limit_reached:
                return []
            by = command.now + DECIDE_WITHIN
            return [RetentionLimitReached(**whose, kind=begun.kind, limit_at=command.due_at, decide_by=by)]


def _retain(command: RetainRelation, state: Retention) -> Sequence[DomainEvent]:
    limit_on = add_months(command.since, LIMIT_MONTHS[command.kind])
    if state.begun is not None:
        if state.begun.model_dump(include=_GIVEN) == command.model_dump(include=_GIVEN):
            return []
        raise Refused("retention-exists", "another retention has this id", remedy="choose a new id")
    if command.since > local_date(command.retained_at):
        raise Invalid("since-date", "it cannot have begun in the future", remedy="give the day it began", where="since")
    fields = command.model_dump(exclude={"retained_at"})
    due_at = end_of_day(add_months(max(command.since, local_date(command.retained_at)), CONTACT_MONTHS))
    at = command.retained_at
    return [RelationRetained(**fields, limit_on=limit_on, contact_due_at=due_at, retained_at=at)]


_GIVEN: Final = {"retention_id", "member_id", "committee_id", "kind", "since"}


def _contact(
    command: RecordRetentionContact, state: Retention, begun: RelationRetained, whose: dict[str, str]
) -> Sequence[DomainEvent]:
    if state.ended is not None:
        raise _over()
    if command.contacted_on == state.last_contact_on:
        return []
    earliest = max(begun.since, state.last_contact_on or begun.since)
    if not earliest <= command.contacted_on <= local_date(command.recorded_at):
        raise Invalid(
            "contact-date",
            f"contact on {command.contacted_on} is before the last one or in the future",
            remedy=f"give a day from {earliest} up to today",
            where="contacted_on",
        )
    return [
        RetentionContactRecorded(
            **whose,
            number=state.contacts + 1,
            contacted_on=command.contacted_on,
            recorded_by=command.recorded_by,
            next_due_at=end_of_day(add_months(command.contacted_on, CONTACT_MONTHS)),
        )
    ]


def _end(command: EndRetention, state: Retention, whose: dict[str, str]) -> Sequence[DomainEvent]:
    if state.ended is not None:
        if isinstance(state.ended, RetentionEnded) and _said(state.ended) == _said(command):
            return []
        raise _over()
    if not command.reason:
        raise Invalid("reason-missing", "a decision has a reason in words", remedy="say why", where="reason")
    return [RetentionEnded(**whose, **command.model_dump())]


def _said(ending: EndRetention | RetentionEnded) -> tuple[str, str]:
    return ending.decision, ending.reason


def _over() -> Refused:
    return Refused("retention-ended", "this retention has ended", remedy="begin a new one if the relation is kept on")


def evolve(state: Retention, event: DomainEvent) -> Retention:
    match event:
        case RelationRetained():
            return Retention(begun=event, contact_due_at=event.contact_due_at)
        case RetentionContactRecorded():
            return replace(
                state,
                contacts=event.number,
                last_contact_on=event.contacted_on,
                contact_due_at=event.next_due_at,
                overdue=False,
            )
        case RetentionContactOverdue():
            return replace(state, overdue=True)
        case RetentionLimitReached():
            return replace(state, limit_reached=True)
        case RetentionEnded() | RetentionLapsed():
            return replace(state, ended=event)
        case _:
            return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case RelationRetained():
            return [ArmTimer(CONTACT, event.contact_due_at), ArmTimer(LIMIT, end_of_day(event.limit_on))]
        case RetentionContactRecorded():
            return [ArmTimer(CONTACT, event.next_due_at)]
        case RetentionContactOverdue():
            return [CancelTimer(CONTACT)]
        case RetentionLimitReached():
            return [CancelTimer(LIMIT)]
        case RetentionEnded() | RetentionLapsed():
            return [CancelTimer(CONTACT), CancelTimer(LIMIT)]
        case _:
            return []


def on_timer(timer: DueTimer) -> RetentionCommand:
    if timer.name == CONTACT:
        return MarkContactOverdue(due_at=timer.due_at)
    if timer.name == LIMIT:
        return ReachLimit(due_at=timer.due_at, now=timer.now)
    raise ValueError(f"a retained relation has no timer called {timer.name}")


RETAINED_RELATION: Decider[RetentionCommand, Retention] = Decider(
    stream_type="retained-relation",
    initial=Retention(),
    decide=decide,
    evolve=evolve,
    events=(
        RelationRetained,
        RetentionContactRecorded,
        RetentionContactOverdue,
        RetentionLimitReached,
        RetentionEnded,
        RetentionLapsed,
    ),
    timers=timers,
    on_timer=on_timer,
)
