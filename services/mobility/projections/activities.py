"""Activities where members are away, and who came: tables and projection."""

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Table, Text

from services.mobility.domain.activity import decider as activity
from services.mobility.projections.rows import RowOf
from services.mobility.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange
from shared.kernel.calendar import end_of_day

ACTIVITIES = Table(
    "activities",
    VIEWS,
    Column("activity_id", Text, primary_key=True),
    Column("body_id", Text, index=True),
    Column("partner_id", Text, index=True),
    Column("planned_on", Date),
    Column("planned_minutes", Integer),
    Column("theme", Text),
    Column("way", Text),
    Column("area_code", Text, index=True),
    Column("place", Text),
    Column("agreed", Boolean),
    Column("answer_text", Text),
    Column("held_on", Date, index=True),
    Column("minutes", Integer),
    Column("members", Integer),
    Column("others", Integer),
    Column("joint", Boolean),
    Column("text", Text),
    Column("cancelled_at", DateTime(timezone=True)),
    Column("holder_id", Text, index=True),
    Column("task", Text),
    Column("due_at", DateTime(timezone=True)),
    Column("escalated_to", Text),
    Column("version", Integer),
)
"""`holder_id` has to agree, then to record; of an activity nobody is told to superiors, so `escalated_to` is never set."""

ATTENDANCE = Table(
    "activity_attendance",
    VIEWS,
    Column("activity_id", Text, primary_key=True),
    Column("member_id", Text, primary_key=True, index=True),
)

_ACTIVITY = RowOf(ACTIVITIES)
_NOBODY = {"holder_id": None, "task": None, "due_at": None}


def _planned(event: activity.ActivityPlanned, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"body_id", "partner_id", "planned_on", "theme", "way"})
    row |= {"planned_minutes": event.minutes, "area_code": event.place.area_code, "place": event.place.place}
    turn = {"holder_id": event.body_id, "task": "record_activity", "due_at": end_of_day(event.planned_on)}
    if event.partner_id is not None:
        turn |= {"holder_id": event.partner_id, "task": "agree_activity"}
    return [_ACTIVITY.put(event, fact, **row, **turn)]


def _answered(event: activity.ActivityAnswered, fact: Fact) -> list[RowChange]:
    return [_ACTIVITY.put(event, fact, agreed=event.agreed, answer_text=event.text, task="record_activity")]


def _held(event: activity.ActivityHeld, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"held_on", "minutes", "others", "joint", "text"})
    came = [{"activity_id": event.activity_id, "member_id": one} for one in event.member_ids]
    return [
        _ACTIVITY.put(event, fact, **row, **_NOBODY, members=len(came)),
        *(Put(ATTENDANCE.name, (event.activity_id, one["member_id"]), one) for one in came),
    ]


ACTIVITIES_PROJECTION = Projection(
    "activities",
    1,
    (ACTIVITIES.name, ATTENDANCE.name),
    {
        activity.ActivityPlanned: _planned,
        activity.ActivityAnswered: _answered,
        activity.ActivityHeld: _held,
        activity.ActivityCancelled: _ACTIVITY.sets(_NOBODY, text="text", cancelled_at="cancelled_at"),
    },
    {},
)
