"""Cards (活动证) as rows."""

from typing import Any

from services.mobility.domain.card import decider as card
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Add, Put, RowChange


def _card(event: card.CardEvent, fact: Fact, **columns: Any) -> Put:
    return Put("cards", (event.card_id,), {"card_id": event.card_id, "version": fact.version} | columns)


def _issued(event: card.MobileCardIssued, fact: Fact) -> list[RowChange]:
    return [_card(event, fact, **event.model_dump(exclude={"card_id", "issued_by"}), sessions=0)]


def _entered(event: card.CardEntered, fact: Fact) -> list[RowChange]:
    put = _card(event, fact, **({"dues_paid_to": event.month} if event.kind == "dues" else {}))
    return [put, Add("cards", (event.card_id,), {"sessions": event.sessions})] if event.sessions else [put]


def _reviewed(event: card.MobileCardReviewed, fact: Fact) -> list[RowChange]:
    review = {"reviewed_year": event.year, "review_passed": event.passed, "review_text": event.text}
    return [_card(event, fact, **review)]


def _card_ended(event: card.MobileCardEnded, fact: Fact) -> list[RowChange]:
    return [_card(event, fact, end_reason=event.reason, ended_at=event.ended_at)]


CARDS = Projection(
    "cards",
    1,
    ("cards",),
    {
        card.MobileCardIssued: _issued,
        card.CardEntered: _entered,
        card.MobileCardReviewed: _reviewed,
        card.MobileCardEnded: _card_ended,
    },
    {},
)
