"""Ending a party organisation (撤销), and with it its groups and whatever it covers."""

from datetime import date
from typing import Any

from services.registry.application import party_groups
from services.registry.application.closing import require_marked
from services.registry.application.covering import uncover_all
from services.registry.application.strengths import lift
from services.registry.domain.organisation.commands import DissolveOrganisation
from services.registry.domain.organisation.decider import ORGANISATION
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.event import DomainEvent


async def in_use(unit: UnitOfWork, organisation_id: str) -> bool:
    """Whether anybody or anything belongs to it still."""
    return any(await _belonging(unit, organisation_id))


async def dissolve(
    unit: UnitOfWork, organisation_id: str, reason: str, on: date, expected: int | None
) -> list[DomainEvent]:
    """End an organisation to which nobody and nothing belongs any more. The units that it covered are covered no longer.

    Raises what the decider raises, and `closing-interrupted` unless it is `marked`.
    """
    await require_marked(unit, "organisation", organisation_id, in_use)
    members, children = await _belonging(unit, organisation_id)
    command = DissolveOrganisation(organisation_id=organisation_id, reason=reason, members=members, children=children)
    events = await unit.handle(ORGANISATION, organisation_id, command, expected=expected)
    if events:
        await uncover_all(unit, organisation_id, on, reason)
        await party_groups.dissolve_all(unit, organisation_id, on, reason)
        await lift(unit, "organisation", organisation_id)
    return events


async def _belonging(unit: UnitOfWork, organisation_id: str) -> tuple[int, int]:
    sizes: dict[str, Any] = await unit.row("organisation_sizes", organisation_id) or {}
    return max(0, sizes.get("members") or 0), max(0, sizes.get("children") or 0)
