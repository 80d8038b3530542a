"""Cards (活动证) as rows."""

from services.mobility.domain.card import decider as card
from services.mobility.projections import care_tables as tables
from services.mobility.projections.rows import RowOf
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Add, RowChange

_CARD = RowOf(tables.CARDS)


def _issued(event: card.MobileCardIssued, fact: Fact) -> list[RowChange]:
    return [_CARD.put(event, fact, **event.model_dump(exclude={"card_id", "issued_by"}), sessions=0)]


def _entered(event: card.CardEntered, fact: Fact) -> list[RowChange]:
    put = _CARD.put(
        event, fact, **({"dues_paid_to": event.dues_paid_to or event.month} if event.kind == "dues" else {})
    )
    return [put, Add("cards", (event.card_id,), {"sessions": event.sessions})] if event.sessions else [put]


CARDS = Projection(
    "cards",
    3,
    ("cards",),
    {
        card.MobileCardIssued: _issued,
        card.CardEntered: _entered,
        card.MobileCardReviewed: _CARD.sets(reviewed_year="year", review_passed="passed", review_text="text"),
        card.CardReturnAsked: _CARD.sets(return_due_at="due_at"),
        card.CardReturnOverdue: _CARD.sets(escalated_to="superior_id"),
        card.MobileCardEnded: _CARD.sets(
            {"return_due_at": None, "escalated_to": None}, end_reason="reason", ended_at="ended_at"
        ),
    },
    {},
)
