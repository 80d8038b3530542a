"""Applications to found an organisation: table and projection."""

from sqlalchemy import Column, Date, DateTime, Integer, Table, Text

from services.registry.domain.founding.decider import FoundingApplied, FoundingDecided, FoundingReplyOverdue
from services.registry.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange

TABLE = Table(
    "foundings",
    VIEWS,
    Column("founding_id", Text, primary_key=True),
    Column("organisation_id", Text),
    Column("name", Text),
    Column("kind", Text),
    Column("area_code", Text),
    Column("unit_uscc", Text),
    Column("host", Text),
    Column("formal_members", Integer),
    Column("applied_by", Text, index=True),
    Column("decided_by", Text, index=True),
    Column("applied_at", DateTime(timezone=True)),
    Column("reply_by", Date),
    Column("status", Text),
    Column("decided_on", Date),
    Column("reason", Text),
    Column("version", Integer),
)
"""`status`: open, overdue, approved or refused."""


def _founding(founding_id: str, fact: Fact, **columns: object) -> list[RowChange]:
    return [Put(TABLE.name, (founding_id,), {"founding_id": founding_id, "version": fact.version} | columns)]


def _applied(event: FoundingApplied, fact: Fact) -> list[RowChange]:
    return _founding(event.founding_id, fact, **event.model_dump(exclude={"founding_id"}), status="open")


def _overdue(event: FoundingReplyOverdue, fact: Fact) -> list[RowChange]:
    return _founding(event.founding_id, fact, status="overdue")


def _decided(event: FoundingDecided, fact: Fact) -> list[RowChange]:
    said = {"decided_on": event.decided_on, "reason": event.reason}
    return _founding(event.founding_id, fact, status=event.decision, **said)


FOUNDINGS = (
    Projection(
        "foundings",
        2,
        (TABLE.name,),
        {FoundingApplied: _applied, FoundingReplyOverdue: _overdue, FoundingDecided: _decided},
        {},
    ),
)
