"""年度活动计划 as they were agreed; what became of each activity stands with the activities."""

from sqlalchemy import Boolean, Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.mobility.domain.activity_plan.decider import ActivityPlanAnswered, ActivityPlanProposed
from services.mobility.projections.rows import RowOf
from services.mobility.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import RowChange

ACTIVITY_PLANS = Table(
    "activity_plans",
    VIEWS,
    Column("plan_id", Text, primary_key=True),
    Column("body_id", Text, index=True),
    Column("partner_id", Text, index=True),
    Column("year", Integer),
    Column("aims", Text),
    Column("items", JSONB),
    Column("proposed_at", DateTime(timezone=True)),
    Column("agreed", Boolean),
    Column("answer_text", Text),
    Column("answered_at", DateTime(timezone=True)),
    Column("holder_id", Text, index=True),
    Column("task", Text),
    Column("due_at", DateTime(timezone=True)),
    Column("escalated_to", Text),
    Column("version", Integer),
)
"""`holder_id` has to agree; to superiors nobody is told of a plan, so `escalated_to` is never set."""

_PLAN = RowOf(ACTIVITY_PLANS)


def _proposed(event: ActivityPlanProposed, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"body_id", "partner_id", "year", "aims", "proposed_at", "due_at"})
    items = [
        {"activity_id": activity_id, **item.model_dump(mode="json")}
        for activity_id, item in zip(event.activity_ids, event.items, strict=True)
    ]
    unanswered = dict.fromkeys(("agreed", "answer_text", "answered_at"))
    turn = {"holder_id": event.partner_id, "task": "agree_activity_plan"}
    return [_PLAN.put(event, fact, **row, **unanswered, **turn, items=items)]


ACTIVITY_PLANS_PROJECTION = Projection(
    "activity-plans",
    1,
    (ACTIVITY_PLANS.name,),
    {
        ActivityPlanProposed: _proposed,
        ActivityPlanAnswered: _PLAN.sets(
            {"holder_id": None, "task": None, "due_at": None},
            agreed="agreed",
            answer_text="text",
            answered_at="answered_at",
        ),
    },
    {},
)
