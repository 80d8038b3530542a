"""Visits: table and projection."""

from sqlalchemy import Boolean, Column, Date, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.domain.visit.decider import VisitRecorded, VisitVoided
from services.registry.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange

TABLE = Table(
    "visits",
    VIEWS,
    Column("visit_id", Text, primary_key=True),
    Column("post_id", Text, index=True),
    Column("kind", Text),
    Column("person_id", Text),
    Column("scope", Text),
    Column("scope_id", Text, index=True),
    Column("visited_on", Date),
    Column("services", JSONB),
    Column("note", Text),
    Column("voided", Boolean),
    Column("void_reason", Text),
    Column("version", Integer),
)


def _recorded(event: VisitRecorded, fact: Fact) -> list[RowChange]:
    row = event.model_dump() | {"services": list(event.services), "voided": False, "version": fact.version}
    return [Put(TABLE.name, (event.visit_id,), row)]


def _voided(event: VisitVoided, fact: Fact) -> list[RowChange]:
    row = {"visit_id": event.visit_id, "voided": True, "void_reason": event.reason, "version": fact.version}
    return [Put(TABLE.name, (event.visit_id,), row)]


VISITS = (Projection("visits", 1, (TABLE.name,), {VisitRecorded: _recorded, VisitVoided: _voided}, {}),)
