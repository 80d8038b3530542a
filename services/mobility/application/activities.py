"""An activity is held: on record once, and on the card of each member who came, in one work (nobody enters it twice)."""

from collections.abc import Iterable

from services.mobility.domain.activity.decider import ACTIVITY, ActivityHeld, RecordActivity
from services.mobility.domain.card.decider import CARD, Card, EnterCard
from shared.eventstore.unit_of_work import UnitOfWork


async def record(
    unit: UnitOfWork, activity_id: str, command: RecordActivity, card_ids: Iterable[str], expected: int | None
) -> None:
    """`card_ids` are those of the members who came; a card that was given back meanwhile is left alone."""
    events = await unit.handle(ACTIVITY, activity_id, command, expected=expected)
    if not any(isinstance(event, ActivityHeld) for event in events):
        return
    for card_id in card_ids:
        card: Card = await unit.state(CARD, card_id)
        if card.issued is None or card.ended is not None or card.issued.member_id not in command.member_ids:
            continue
        entry = EnterCard(
            entry_id=activity_id,
            kind="attendance",
            month=f"{command.held_on:%Y-%m}",
            sessions=1,
            entered_by=command.recorded_by,
            entered_at=command.recorded_at,
        )
        await unit.handle(CARD, card_id, entry)
