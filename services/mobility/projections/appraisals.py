"""Appraisals of members in care: tables and projection. Routes show what sides said only when both have spoken."""

from sqlalchemy import Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.mobility.domain.appraisal import events as appraisal
from services.mobility.projections.rows import RowOf
from services.mobility.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, Remove, RowChange

APPRAISALS = Table(
    "appraisals",
    VIEWS,
    Column("appraisal_id", Text, primary_key=True),
    Column("care_id", Text, index=True),
    Column("member_id", Text, index=True),
    Column("year", Integer),
    Column("form_id", Text),
    Column("form_version", Integer),
    Column("bodies_form_id", Text),
    Column("bodies_form_version", Integer),
    Column("origin_id", Text, index=True),
    Column("partner_id", Text, index=True),
    Column("body_id", Text, index=True),
    Column("due_at", DateTime(timezone=True)),
    Column("both_at", DateTime(timezone=True)),
    Column("grade", Text),
    Column("text", Text),
    Column("person_id", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("version", Integer),
)

SIDES = Table(
    "appraisal_sides",
    VIEWS,
    Column("appraisal_id", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("organisation_id", Text),
    Column("grade", Text),
    Column("answers", JSONB),
    Column("text", Text),
    Column("person_id", Text),
    Column("appraised_at", DateTime(timezone=True)),
    Column("of_body", JSONB),
)
"""What one side said of the member, and the member of it (`of_body`)."""

TURNS = Table(
    "appraisal_turns",
    VIEWS,
    Column("appraisal_id", Text, primary_key=True),
    Column("turn", Text, primary_key=True),
    Column("member_id", Text),
    Column("holder_id", Text, index=True),
    Column("task", Text),
    Column("due_at", DateTime(timezone=True)),
    Column("escalated_to", Text, index=True),
)
"""Whoever has not spoken yet."""

_APPRAISAL = RowOf(APPRAISALS)


def _of(table: Table, event: appraisal.AppraisalEvent, name: str, value: str, **columns: object) -> Put:
    return Put(table.name, (event.appraisal_id, value), {"appraisal_id": event.appraisal_id, name: value} | columns)


def _opened(event: appraisal.AppraisalOpened, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"care_id", "member_id", "year", "body_id", "due_at"})
    row |= {"form_id": event.standard.form_id, "form_version": event.standard.form_version}
    row |= {"bodies_form_id": event.of_bodies.form_id, "bodies_form_version": event.of_bodies.form_version}
    origin, partner = event.sides
    changes = [_APPRAISAL.put(event, fact, **row, origin_id=origin.organisation_id, partner_id=partner.organisation_id)]
    for side in event.sides:
        turn = {"member_id": event.member_id, "holder_id": side.organisation_id, "due_at": event.due_at}
        changes += [
            _of(SIDES, event, "role", side.role, organisation_id=side.organisation_id),
            _of(TURNS, event, "turn", side.role, **turn, task="appraise", escalated_to=None),
        ]
    return [*changes]


def _side(event: appraisal.SideAppraised, fact: Fact) -> list[RowChange]:
    said = event.model_dump(include={"grade", "answers", "text", "person_id", "appraised_at"})
    return [
        _APPRAISAL.put(event, fact),
        _of(SIDES, event, "role", event.role, **said),
        Remove(TURNS.name, (event.appraisal_id, event.role)),
    ]


def _both(event: appraisal.BothAppraised, fact: Fact) -> list[RowChange]:
    turn = {"member_id": event.member_id, "holder_id": event.body_id, "due_at": event.decide_by}
    return [
        _APPRAISAL.put(event, fact, both_at=event.appraised_at),
        _of(TURNS, event, "turn", "body", **turn, task="decide_appraisal", escalated_to=None),
    ]


def _of_body(event: appraisal.BodyAppraised, fact: Fact) -> list[RowChange]:
    return [_APPRAISAL.put(event, fact), _of(SIDES, event, "role", event.role, of_body=event.answers)]


def _overdue(event: appraisal.AppraisalOverdue, fact: Fact) -> list[RowChange]:
    return [_APPRAISAL.put(event, fact), _of(TURNS, event, "turn", event.turn, escalated_to=event.superior_id)]


def _decided(event: appraisal.AppraisalDecided, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"grade", "text", "person_id", "decided_at"})
    return [_APPRAISAL.put(event, fact, **row), Remove(TURNS.name, (event.appraisal_id, "body"))]


APPRAISALS_PROJECTION = Projection(
    "appraisals",
    1,
    (APPRAISALS.name, SIDES.name, TURNS.name),
    {
        appraisal.AppraisalOpened: _opened,
        appraisal.SideAppraised: _side,
        appraisal.BothAppraised: _both,
        appraisal.BodyAppraised: _of_body,
        appraisal.AppraisalOverdue: _overdue,
        appraisal.AppraisalDecided: _decided,
    },
    {},
)
