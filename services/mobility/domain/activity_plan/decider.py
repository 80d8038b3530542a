"""年度活动计划 of two organisations as one paper: `activity-plan-<id>`, one for a pair and a year (domain N16).

What both have agreed to becomes activities, which are held or cancelled one by one; the paper stays as it was agreed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.mobility.domain.activity.decider import ActivityWay
from services.mobility.domain.care_terms import Day, Place
from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.ids import derived_id

ANSWER_DAYS: Final = 30
"""So long the partner has to answer before its turn is overdue; the rules of the field name no number."""


class PlannedItem(BaseModel):
    """One activity of the plan."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    planned_on: Day
    minutes: int = Field(ge=1, le=1440)
    theme: str = Field(min_length=1, max_length=200)
    way: ActivityWay
    place: Place


class ProposePlan(Command):
    """One of the two puts the year before the other; before it is answered it may put another one in its place."""

    plan_id: str
    body_id: str
    partner_id: str
    year: int
    aims: str = Field(min_length=1, max_length=2000)
    items: tuple[PlannedItem, ...] = Field(min_length=1, max_length=60)
    proposed_at: AwareDatetime


class AnswerPlan(Command):
    """The other one agrees to all of it, or says what it wants otherwise."""

    agreed: bool
    text: str | None = Field(default=None, min_length=1, max_length=500)
    answered_by: str
    answered_at: AwareDatetime


PlanCommand = ProposePlan | AnswerPlan


class ActivityPlanEvent(DomainEvent):
    """Which paper."""

    plan_id: str


class ActivityPlanProposed(ActivityPlanEvent):
    """The partner has the turn, until `due_at`."""

    type = "activity-plan-proposed"

    body_id: str
    partner_id: str
    year: int
    aims: str
    items: tuple[PlannedItem, ...]
    due_at: datetime
    proposed_at: datetime

    @property
    def activity_ids(self) -> tuple[str, ...]:
        """The ids of its activities, in their order: they exist once both have agreed."""
        return tuple(derived_id("activity", self.plan_id, str(number)) for number in range(len(self.items)))


class ActivityPlanAnswered(ActivityPlanEvent):
    """The paper is both's, or goes back to the one that proposed it."""

    type = "activity-plan-answered"

    agreed: bool
    text: str | None
    answered_by: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class ActivityPlan:
    """One pair's year."""

    proposed: ActivityPlanProposed | None = None
    answered: ActivityPlanAnswered | None = None


def plan_id_of(one: str, other: str, year: int) -> str:
    """A pair has one paper for a year, whoever of the two proposes it."""
    return derived_id("activity-plan", *sorted((one, other)), str(year))


def decide(command: PlanCommand, state: ActivityPlan) -> Sequence[DomainEvent]:
    """No events when the command already took effect."""
    match command:
        case ProposePlan():
            return _propose(command, state)
        case AnswerPlan():
            return _answer(command, state)


def _propose(command: ProposePlan, state: ActivityPlan) -> Sequence[DomainEvent]:
    """Errors: `partner-is-body`, `outside-the-year`, `plan-agreed`, `plan-awaits-answer`."""
    if command.partner_id == command.body_id:
        raise Invalid("partner-is-body", "that is yourself", remedy="name another one", where="partner_id")
    for number, item in enumerate(command.items):
        if item.planned_on.year != command.year:
            where = f"items.{number}.planned_on"
            raise Invalid(
                "outside-the-year", f"{item.planned_on} is not in {command.year}", remedy="check the day", where=where
            )
    due_at = end_of_day(local_date(command.proposed_at) + timedelta(days=ANSWER_DAYS))
    proposed = ActivityPlanProposed(**command.model_dump(exclude={"items"}), items=command.items, due_at=due_at)
    before, answered = state.proposed, state.answered
    if before is not None and (answered is None or answered.agreed):
        if before.model_dump(exclude=_OF_THE_ACT) == proposed.model_dump(exclude=_OF_THE_ACT):
            return []
        if answered is not None:
            raise Refused(
                "plan-agreed",
                "both have agreed to the plan of this year",
                remedy="plan what comes on top as an activity of its own, and cancel what does not take place",
            )
        if before.body_id != command.body_id:
            raise Refused(
                "plan-awaits-answer", f"{before.body_id} has proposed one", remedy="answer it: agree, or say why not"
            )
    return [proposed]


_OF_THE_ACT: Final = {"proposed_at", "due_at"}


def _answer(command: AnswerPlan, state: ActivityPlan) -> Sequence[DomainEvent]:
    """Errors: `plan-unknown`, `not-the-partner`, `answered-already`, `text-missing`."""
    if state.proposed is None:
        raise NotFound("plan-unknown", "there is no such plan", remedy="check its id")
    if command.answered_by != state.proposed.partner_id:
        raise Refused("not-the-partner", "the organisation that was asked answers", remedy="let it answer", where="by")
    if state.answered is not None:
        if state.answered.agreed == command.agreed:
            return []
        raise Refused("answered-already", "the other one has the answer", remedy="wait for its next proposal")
    if not command.agreed and command.text is None:
        raise Invalid("text-missing", "say what you want otherwise", remedy="in words", where="text")
    return [ActivityPlanAnswered(plan_id=state.proposed.plan_id, **command.model_dump())]


def evolve(state: ActivityPlan, event: DomainEvent) -> ActivityPlan:
    match event:
        case ActivityPlanProposed():
            return ActivityPlan(event)
        case ActivityPlanAnswered():
            return replace(state, answered=event)
        case _:
            return state


ACTIVITY_PLAN: Decider[PlanCommand, ActivityPlan] = Decider(
    stream_type="activity-plan",
    initial=ActivityPlan(),
    decide=decide,
    evolve=evolve,
    events=(ActivityPlanProposed, ActivityPlanAnswered),
)
