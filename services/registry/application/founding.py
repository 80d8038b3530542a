"""Answering an application: what is approved is founded in the same transaction."""

from services.registry.application.tree import active, found
from services.registry.domain.founding.decider import FOUNDING, ApplyForFounding, DecideFounding, FoundingState
from services.registry.domain.organisation.commands import FoundOrganisation
from shared.eventstore.unit_of_work import UnitOfWork


async def apply(unit: UnitOfWork, command: ApplyForFounding) -> None:
    """Put it before the body that is to decide, which has to exist."""
    await active(unit, command.decided_by, where="to")
    await unit.handle(FOUNDING, command.founding_id, command)


async def answer(unit: UnitOfWork, founding_id: str, command: DecideFounding, expected: int | None) -> None:
    """Approve, and found the organisation below the body that approved; or refuse."""
    events = await unit.handle(FOUNDING, founding_id, command, expected=expected)
    state: FoundingState = await unit.state(FOUNDING, founding_id)
    if not events or state.applied is None or command.decision == "refused":
        return
    facts = state.applied.model_dump(
        include={"organisation_id", "name", "kind", "area_code", "unit_uscc", "host", "formal_members"}
    )
    await found(unit, FoundOrganisation(parent_id=command.decided_by, **facts))
