"""Opinions (意见建议) as rows."""

from services.mobility.domain.opinion import decider as opinion
from services.mobility.projections.care_tables import OPINIONS
from services.mobility.projections.rows import RowOf
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import RowChange

_OPINION = RowOf(OPINIONS)


def _submitted(event: opinion.OpinionSubmitted, fact: Fact) -> list[RowChange]:
    return [_OPINION.put(event, fact, **event.model_dump(exclude={"opinion_id", "superior_id"}))]


OPINIONS_PROJECTION = Projection(
    "opinions",
    1,
    (OPINIONS.name,),
    {
        opinion.OpinionSubmitted: _submitted,
        opinion.OpinionOverdue: _OPINION.sets(escalated_to="superior_id"),
        opinion.OpinionReplied: _OPINION.sets(
            {"escalated_to": None},
            taken_up="taken_up",
            reply_text="text",
            replied_person_id="person_id",
            replied_at="replied_at",
        ),
    },
    {},
)
