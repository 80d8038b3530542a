"""Answering an application: what is approved is founded in the same transaction."""

from services.registry.application.tree import active, found, path_to_root
from services.registry.domain.founding.decider import FOUNDING, ApplyForFounding, DecideFounding, FoundingState
from services.registry.domain.organisation.commands import FoundOrganisation
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.state import UnitState
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused


async def apply(unit: UnitOfWork, command: ApplyForFounding) -> None:
    """Put it before the body that is to decide, which has to exist and, of a unit, to be the one that it falls to or above that
    (谁管理谁组建, domain Z07). Raises `Refused` (`organisation-unknown`, `founded-by-another`).
    """
    await active(unit, command.decided_by, where="to")
    if command.unit_uscc is not None:
        state: UnitState = await unit.state(UNIT, command.unit_uscc)
        responsible = state.facts.responsible_id
        if responsible is not None and command.decided_by not in await path_to_root(unit, responsible):
            raise Refused(
                "founded-by-another",
                f"the unit falls to {responsible}, and {command.decided_by} is not above that",
                remedy="apply to that organisation or to one above it, or change whom the unit falls to",
                where="to",
            )
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
