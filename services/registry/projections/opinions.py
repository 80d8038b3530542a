"""Opinions that came in at centres and on platforms: table and projection."""

from sqlalchemy import Boolean, Column, DateTime, Integer, Table, Text

from services.registry.domain.opinion.decider import OpinionOverdue, OpinionReplied, OpinionSubmitted
from services.registry.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange

TABLE = Table(
    "opinions",
    VIEWS,
    Column("opinion_id", Text, primary_key=True),
    Column("scope", Text),
    Column("scope_id", Text, index=True),
    Column("organisation_id", Text, index=True),
    Column("body_id", Text, index=True),
    Column("kind", Text),
    Column("voice", Text),
    Column("speaker_id", Text),
    Column("text", Text),
    Column("entered_by", Text),
    Column("submitted_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("escalated_to", Text, index=True),
    Column("taken_up", Boolean),
    Column("reply_text", Text),
    Column("replied_person_id", Text),
    Column("replied_at", DateTime(timezone=True)),
    Column("version", Integer),
)


def _opinion(opinion_id: str, fact: Fact, **columns: object) -> list[RowChange]:
    return [Put(TABLE.name, (opinion_id,), {"opinion_id": opinion_id, "version": fact.version} | columns)]


def _submitted(event: OpinionSubmitted, fact: Fact) -> list[RowChange]:
    return _opinion(event.opinion_id, fact, **event.model_dump(exclude={"opinion_id", "superior_id"}))


def _overdue(event: OpinionOverdue, fact: Fact) -> list[RowChange]:
    return _opinion(event.opinion_id, fact, escalated_to=event.superior_id)


def _replied(event: OpinionReplied, fact: Fact) -> list[RowChange]:
    said = {"reply_text": event.text, "replied_person_id": event.person_id, "replied_at": event.replied_at}
    return _opinion(event.opinion_id, fact, taken_up=event.taken_up, escalated_to=None, **said)


OPINIONS = (
    Projection(
        "opinions",
        1,
        (TABLE.name,),
        {OpinionSubmitted: _submitted, OpinionOverdue: _overdue, OpinionReplied: _replied},
        {},
    ),
)
