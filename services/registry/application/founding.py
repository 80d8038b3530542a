"""组建: applications and their answer, and what a superior founds of itself; in a unit only who manages it founds."""

from services.registry.application.tree import active, found, path_to_root
from services.registry.domain.founding.decider import FOUNDING, ApplyForFounding, DecideFounding, FoundingState
from services.registry.domain.organisation.commands import FoundOrganisation
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.state import UnitState
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


async def apply(unit: UnitOfWork, command: ApplyForFounding) -> None:
    """Put it before the body that is to decide, which has to exist and, of a unit, to be the one that it falls to or above that
    (谁管理谁组建, domain Z07). Raises `Refused` (`organisation-unknown`, `founded-by-another`).
    """
    await active(unit, command.decided_by, where="to")
    responsible = await _falls_to(unit, command.unit_uscc)
    if responsible is not None and command.decided_by not in await path_to_root(unit, responsible):
        raise Refused(
            "founded-by-another",
            f"the unit falls to {responsible}, and {command.decided_by} is not above that",
            remedy="apply to that organisation or to one above it, or change whom the unit falls to",
            where="to",
        )
    await unit.handle(FOUNDING, command.founding_id, command)


async def found_directly(unit: UnitOfWork, command: FoundOrganisation) -> list[DomainEvent]:
    """The superior founds of itself (domain §1.5), in its own line: of the organisation that the unit falls to, below that or
    above it. One that exists already and is entered stands where it stands.

    Raises `Refused` (`founded-by-another`), and what `found` raises.
    """
    founder, is_new = command.parent_id, command.formal_members is not None
    responsible = await _falls_to(unit, command.unit_uscc) if is_new else None
    if responsible is not None and founder is not None:
        lines = await path_to_root(unit, responsible), await path_to_root(unit, founder)
        if founder not in lines[0] and responsible not in lines[1]:
            raise Refused(
                "founded-by-another",
                f"the unit falls to {responsible}, and {founder} is neither above nor below that",
                remedy="found it below that organisation or one above it, or change whom the unit falls to",
                where="parent_id",
            )
    return await found(unit, command)


async def _falls_to(unit: UnitOfWork, uscc: str | None) -> str | None:
    """谁管理谁组建: who manages the unit, by whichever basis (domain Z07); None where nobody has said."""
    if uscc is None:
        return None
    state: UnitState = await unit.state(UNIT, uscc)
    return state.facts.responsible_id


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
