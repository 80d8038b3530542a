"""Closing a unit (注销、吊销): nobody covers, serves or plans for what is no more. It is a fact: nothing stands in its way."""

from services.registry.application.leaving import let_go
from services.registry.domain.formation_plan.commands import AbandonPlan
from services.registry.domain.formation_plan.decider import FORMATION_PLAN, PlanState
from services.registry.domain.unit.commands import CloseUnit
from services.registry.domain.unit.decider import UNIT
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.event import DomainEvent


async def close(unit: UnitOfWork, command: CloseUnit, expected: int | None = None) -> list[DomainEvent]:
    """Close it, with its covers, the posts and relations there, and its plan. Raises what the decider raises."""
    events = await unit.handle(UNIT, command.uscc, command, expected=expected)
    if events:
        await let_go(unit, "unit", command.uscc, command.closed_on)
        plan: PlanState = await unit.state(FORMATION_PLAN, command.uscc)
        if plan.is_open and plan.adopted is not None:
            given_up = AbandonPlan(uscc=command.uscc, responsible_id=plan.adopted.responsible_id, reason=command.reason)
            await unit.handle(FORMATION_PLAN, command.uscc, given_up)
    return events
