"""Changes of organisations that need facts of others: handing over whole ones, restoring, upgrading."""

from services.registry.application.closing import arrived
from services.registry.application.tree import path_to_root, reparent
from services.registry.domain.organisation.commands import RestoreOrganisation
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.organisation.state import OrganisationState
from services.registry.domain.reorganisation.commands import HandOver
from services.registry.domain.reorganisation.decider import REORGANISATION
from services.registry.domain.reorganisation.events import OrganisationsHandedOver
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused


async def hand_over(unit: UnitOfWork, command: HandOver) -> None:
    """All of them, or none: an order that cannot be carried out for one is not carried out at all. One for a later day is
    kept for `Handovers`.
    """
    events = await unit.handle(REORGANISATION, command.reorganisation_id, command)
    if any(isinstance(one, OrganisationsHandedOver) for one in events):
        for organisation_id in command.organisation_ids:
            await reparent(unit, organisation_id, command.to_parent_id, command.on)


async def restore(unit: UnitOfWork, command: RestoreOrganisation, expected: int | None) -> None:
    """Let it exist again, if its superior still does."""
    state: OrganisationState = await unit.state(ORGANISATION, command.organisation_id)
    if state.parent_id is not None:
        parent: OrganisationState = await arrived(unit, "organisation", state.parent_id)
        kind = parent.kind if parent.status == "active" else None
        command = command.model_copy(update={"parent_kind": kind})
    await unit.handle(ORGANISATION, command.organisation_id, command, expected=expected)


async def require_superior(unit: UnitOfWork, organisation_id: str, superior_id: str) -> None:
    """Raises `Refused` (`not-the-superior`): nobody approves for themselves, nor for whom they are not set over."""
    if superior_id not in (await path_to_root(unit, organisation_id))[1:]:
        raise Refused(
            "not-the-superior",
            f"{superior_id} does not stand above {organisation_id}",
            remedy="let a superior organisation approve it",
            where="by",
        )
