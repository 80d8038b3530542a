"""A plan that both have agreed to: its activities are both's in the same work, so that none is agreed and missing."""

from services.mobility.domain.activity.decider import ACTIVITY, AnswerActivity, PlanActivity
from services.mobility.domain.activity_plan.decider import (
    ACTIVITY_PLAN,
    ActivityPlan,
    ActivityPlanAnswered,
    AnswerPlan,
)
from shared.eventstore.unit_of_work import UnitOfWork


async def answer_plan(unit: UnitOfWork, plan_id: str, command: AnswerPlan, expected: int | None) -> None:
    """Errors: those of the plan."""
    events = await unit.handle(ACTIVITY_PLAN, plan_id, command, expected=expected)
    state: ActivityPlan = await unit.state(ACTIVITY_PLAN, plan_id)
    proposed = state.proposed
    if proposed is None or not any(isinstance(event, ActivityPlanAnswered) and event.agreed for event in events):
        return
    for activity_id, item in zip(proposed.activity_ids, proposed.items, strict=True):
        planned = PlanActivity(
            activity_id=activity_id,
            body_id=proposed.body_id,
            partner_id=proposed.partner_id,
            planned_at=command.answered_at,
            **dict(item),
        )
        await unit.handle(ACTIVITY, activity_id, planned)
        agreed = AnswerActivity(agreed=True, answered_by=command.answered_by, answered_at=command.answered_at)
        await unit.handle(ACTIVITY, activity_id, agreed)
