"""Closing a place: nobody holds a post there, and nothing is related to it any more."""

from services.registry.application.leaving import let_go
from services.registry.application.strengths import lift
from services.registry.domain.place.commands import ClosePlace
from services.registry.domain.place.decider import PLACE, PlaceState
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.event import DomainEvent


async def close(unit: UnitOfWork, place_id: str, command: ClosePlace, expected: int | None = None) -> list[DomainEvent]:
    """Close it with all that is tied to it. Raises what the decider raises."""
    events = await unit.handle(PLACE, place_id, command, expected=expected)
    if events:
        state: PlaceState = await unit.state(PLACE, place_id)
        await let_go(unit, state.kind, place_id, command.closed_on)
        await lift(unit, state.kind, place_id)
    return events
