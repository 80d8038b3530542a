"""The rules of a formation plan, one stream `formation-plan-<uscc>` per unit: 组建时间、方式、完成时间、联系人 (domain Y16).

Its deadline is a timer, so a plan whose day passes is overdue in somebody's hands without anybody looking.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.registry.domain.formation_plan.commands import (
    AbandonPlan,
    AdoptPlan,
    CallOverdue,
    FulfilPlan,
    PlanCommand,
)
from services.registry.domain.formation_plan.events import (
    FormationPlanAbandoned,
    FormationPlanAdopted,
    FormationPlanFulfilled,
    FormationPlanOverdue,
)
from shared.kernel.calendar import end_of_day
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

_DUE = "due"
_PREFIX = "formation-plan-"


@dataclass(frozen=True, slots=True)
class PlanState:
    """The plan as it was last adopted; open until it is fulfilled or given up."""

    adopted: FormationPlanAdopted | None = None
    is_open: bool = False
    is_overdue: bool = False


def decide(command: PlanCommand, state: PlanState) -> Sequence[DomainEvent]:
    """Errors: `plan-dates`, `plan-unknown`."""
    match command:
        case AdoptPlan():
            return _adopt(command, state)
        case AbandonPlan():
            if state.adopted is None or not state.is_open:
                raise Refused("plan-unknown", f"{command.uscc} has no open plan", remedy="look at the unit's ledger")
            return [FormationPlanAbandoned(revision=state.adopted.revision, **command.model_dump())]
    if state.adopted is None or not state.is_open:
        return []
    plan = state.adopted
    match command:
        case FulfilPlan():
            return [FormationPlanFulfilled(revision=plan.revision, **command.model_dump())]
        case CallOverdue():
            facts = plan.model_dump(exclude={"mode", "start_on"})
            return [] if state.is_overdue else [FormationPlanOverdue(overdue_at=command.at, **facts)]


def evolve(state: PlanState, event: DomainEvent) -> PlanState:
    match event:
        case FormationPlanAdopted():
            return PlanState(event, is_open=True)
        case FormationPlanOverdue():
            return replace(state, is_overdue=True)
        case FormationPlanFulfilled() | FormationPlanAbandoned():
            return replace(state, is_open=False)
        case _:
            return state


def _adopt(command: AdoptPlan, state: PlanState) -> Sequence[DomainEvent]:
    if command.due_on < command.start_on or command.due_on < command.today:
        raise Invalid(
            "plan-dates",
            f"the plan is to be done by {command.due_on}, which is before it begins or has passed",
            remedy="give a day to come, on or after the beginning",
            where="due_on",
        )
    facts = command.model_dump(exclude={"today"})
    before = state.adopted
    if before is not None and state.is_open and facts.items() <= before.model_dump().items():
        return []
    return [FormationPlanAdopted(revision=before.revision + 1 if before else 1, **facts)]


def _timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case FormationPlanAdopted():
            return [ArmTimer(_DUE, end_of_day(event.due_on))]
        case FormationPlanFulfilled() | FormationPlanAbandoned():
            return [CancelTimer(_DUE)]
        case _:
            return []


def _on_timer(timer: DueTimer) -> PlanCommand:
    return CallOverdue(uscc=timer.stream_id.removeprefix(_PREFIX), at=timer.now)


FORMATION_PLAN: Decider[PlanCommand, PlanState] = Decider(
    stream_type="formation-plan",
    initial=PlanState(),
    decide=decide,
    evolve=evolve,
    events=(FormationPlanAdopted, FormationPlanOverdue, FormationPlanFulfilled, FormationPlanAbandoned),
    timers=_timers,
    on_timer=_on_timer,
)
