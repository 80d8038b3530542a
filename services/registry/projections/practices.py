"""Practices, each of their times: table and projection."""

from sqlalchemy import Column, Date, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.domain.practice.decider import PracticeBegun, PracticeEnded
from services.registry.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange

TABLE = Table(
    "practices",
    VIEWS,
    Column("practice_id", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("kind", Text),
    Column("scope", Text),
    Column("scope_id", Text, index=True),
    Column("organisation_id", Text),
    Column("name", Text),
    Column("text", Text),
    Column("aspect", Text),
    Column("evidence", JSONB),
    Column("source_document", Text),
    Column("approved_by", Text),
    Column("until", Date),
    Column("reason", Text),
    Column("version", Integer),
)


def _begun(event: PracticeBegun, fact: Fact) -> list[RowChange]:
    row = event.model_dump() | {"evidence": list(event.evidence), "version": fact.version}
    return [Put(TABLE.name, (event.practice_id, event.since), row)]


def _ended(event: PracticeEnded, fact: Fact) -> list[RowChange]:
    return [Put(TABLE.name, (event.practice_id, event.since), event.model_dump() | {"version": fact.version})]


PRACTICES = (Projection("practices", 1, (TABLE.name,), {PracticeBegun: _begun, PracticeEnded: _ended}, {}),)
