"""How many should hold a post (编制): as long as there is the place where they would."""

from services.registry.domain.post.kinds import KINDS
from services.registry.domain.seat.commands import SetStrength
from services.registry.domain.seat.decider import SEAT, SeatState, seat_of
from services.registry.domain.vocabulary import Scope
from shared.eventstore.unit_of_work import UnitOfWork


async def lift(unit: UnitOfWork, scope: Scope, scope_id: str) -> None:
    """Nobody is wanted any more where something closes, and no vacancy there is told of."""
    for name, kind in KINDS.items():
        at = next((one for one in kind.counted_at if one == scope), None)
        if at is None or (seat := seat_of(name, at, scope_id)) is None:
            continue
        state: SeatState = await unit.state(SEAT, seat)
        if state.staffing is not None and state.staffing.least:
            facts = state.staffing.model_dump(include=set(SetStrength.model_fields)) | {"least": 0}
            await unit.handle(SEAT, seat, SetStrength(**facts, at=unit.clock.now()))
