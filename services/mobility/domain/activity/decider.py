"""活动 where members are away: planned by one organisation or two, held, with who came; `activity-<id>` (Y24, N16, N17).

短、精、活、效: minutes, one theme, the way it is held, and who was reached are kept of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal

from pydantic import AwareDatetime, Field

from services.mobility.domain.care_terms import Place
from shared.kernel.calendar import local_date
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.event import Command, DomainEvent

ActivityWay = Literal["meeting", "online", "visit", "study", "service", "other"]
"""集中、线上、上门走访、参观学习、志愿服务、其他."""


class PlanActivity(Command):
    """By one organisation; with a `partner_id` it is both's, once that one agrees (驻城 and 流入地)."""

    activity_id: str
    body_id: str
    partner_id: str | None
    planned_on: date
    minutes: int = Field(ge=1, le=1440)
    theme: str = Field(min_length=1, max_length=200)
    way: ActivityWay
    place: Place
    planned_at: AwareDatetime


class AnswerActivity(Command):
    """The partner takes part, or does not and says why."""

    agreed: bool
    text: str | None = Field(default=None, min_length=1, max_length=500)
    answered_by: str
    answered_at: AwareDatetime


class RecordActivity(Command):
    """It was held on that day, so long; those of the members in care who came, and how many others."""

    held_on: date
    minutes: int = Field(ge=1, le=1440)
    member_ids: tuple[str, ...]
    others: int = Field(ge=0, le=100_000)
    text: str | None = Field(default=None, min_length=1, max_length=500)
    recorded_by: str
    recorded_at: AwareDatetime


class CancelActivity(Command):
    """It does not take place."""

    text: str = Field(min_length=1, max_length=500)
    cancelled_by: str
    cancelled_at: AwareDatetime


ActivityCommand = PlanActivity | AnswerActivity | RecordActivity | CancelActivity


class ActivityEvent(DomainEvent):
    """Which one."""

    activity_id: str


class ActivityPlanned(ActivityEvent):
    """It is in the plan; a partner has the turn to agree until the day."""

    type = "activity-planned"

    body_id: str
    partner_id: str | None
    planned_on: date
    minutes: int
    theme: str
    way: ActivityWay
    place: Place
    planned_at: datetime


class ActivityAnswered(ActivityEvent):
    """The partner has it as its own as well, or has not."""

    type = "activity-answered"

    agreed: bool
    text: str | None
    answered_by: str
    answered_at: datetime


class ActivityHeld(ActivityEvent):
    """It took place. `joint`: two organisations held it."""

    type = "activity-held"

    held_on: date
    minutes: int
    member_ids: tuple[str, ...]
    others: int
    text: str | None
    joint: bool
    recorded_by: str
    recorded_at: datetime


class ActivityCancelled(ActivityEvent):
    """It does not take place."""

    type = "activity-cancelled"

    text: str
    cancelled_by: str
    cancelled_at: datetime


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity, from its plan to what came of it."""

    planned: ActivityPlanned | None = None
    answered: ActivityAnswered | None = None
    held: ActivityHeld | None = None
    cancelled: ActivityCancelled | None = None

    @property
    def joint(self) -> bool:
        return self.answered is not None and self.answered.agreed


def decide(command: ActivityCommand, state: Activity) -> Sequence[DomainEvent]:
    """Errors: `activity-exists`, `partner-is-body`, `activity-unknown`, `activity-cancelled`, and of the functions below."""
    planned = state.planned
    if isinstance(command, PlanActivity):
        event = ActivityPlanned(**command.model_dump())
        if planned is not None:
            if planned.model_copy(update={"planned_at": event.planned_at}) == event:
                return []
            raise Refused("activity-exists", "another activity has this id", remedy="choose a new id")
        if command.partner_id == command.body_id:
            raise Invalid("partner-is-body", "that is yourself", remedy="name another, or none", where="partner_id")
        return [event]
    if planned is None:
        raise NotFound("activity-unknown", "there is no such activity", remedy="check its id")
    if state.cancelled is not None and not isinstance(command, CancelActivity):
        raise Refused("activity-cancelled", "it does not take place", remedy="plan another one")
    match command:
        case AnswerActivity():
            return _answer(command, state, planned)
        case RecordActivity():
            return _record(command, state, planned)
        case CancelActivity():
            return _cancel(command, state, planned)


def _answer(command: AnswerActivity, state: Activity, planned: ActivityPlanned) -> Sequence[DomainEvent]:
    """Errors: `not-the-partner`, `held-already`, `answered-already`, `text-missing`."""
    if command.answered_by != planned.partner_id:
        raise Refused("not-the-partner", "the organisation that was asked answers", remedy="let it answer", where="by")
    if state.answered is not None:
        if state.answered.agreed == command.agreed:
            return []
        raise Refused("answered-already", "the other one has the answer", remedy="talk with the other organisation")
    if state.held is not None:
        raise Refused("held-already", "it was held without you", remedy="agree before the next one")
    if not command.agreed and command.text is None:
        raise Invalid("text-missing", "say why not", remedy="in words", where="text")
    return [ActivityAnswered(activity_id=planned.activity_id, **command.model_dump())]


def _record(command: RecordActivity, state: Activity, planned: ActivityPlanned) -> Sequence[DomainEvent]:
    """Errors: `not-your-activity`, `held-later`, `held-already`."""
    _check_owner(command.recorded_by, state, planned)
    held = ActivityHeld(activity_id=planned.activity_id, joint=state.joint, **command.model_dump())
    if state.held is not None:
        if held.model_dump(exclude=_OF_THE_ACT) == state.held.model_dump(exclude=_OF_THE_ACT):
            return []
        raise Refused("held-already", "it is on record, and on the cards of who came", remedy="plan what came after")
    if command.held_on > local_date(command.recorded_at):
        raise Invalid("held-later", "that is still to come", remedy="record it afterwards", where="held_on")
    return [held]


_OF_THE_ACT: Final = {"recorded_at", "recorded_by", "joint"}


def _cancel(command: CancelActivity, state: Activity, planned: ActivityPlanned) -> Sequence[DomainEvent]:
    """Errors: `not-your-activity`, `held-already`."""
    _check_owner(command.cancelled_by, state, planned)
    if state.held is not None:
        raise Refused("held-already", "it was held", remedy="there is nothing to cancel")
    if state.cancelled is not None:
        return []
    return [ActivityCancelled(activity_id=planned.activity_id, **command.model_dump())]


def _check_owner(by: str, state: Activity, planned: ActivityPlanned) -> None:
    if by != planned.body_id and not (state.joint and by == planned.partner_id):
        raise Refused("not-your-activity", "another organisation holds it", remedy="let that one do it", where="by")


def evolve(state: Activity, event: DomainEvent) -> Activity:
    match event:
        case ActivityPlanned():
            return Activity(event)
        case ActivityAnswered():
            return replace(state, answered=event)
        case ActivityHeld():
            return replace(state, held=event)
        case ActivityCancelled():
            return replace(state, cancelled=event)
        case _:
            return state


ACTIVITY: Decider[ActivityCommand, Activity] = Decider(
    stream_type="activity",
    initial=Activity(),
    decide=decide,
    evolve=evolve,
    events=(ActivityPlanned, ActivityAnswered, ActivityHeld, ActivityCancelled),
)
