"""Decisions about party organisations that need facts of other organisations."""

from collections.abc import Iterable
from datetime import date

from services.registry.application.closing import arrived
from services.registry.domain.formation_plan.commands import FulfilPlan
from services.registry.domain.formation_plan.decider import FORMATION_PLAN
from services.registry.domain.organisation.commands import (
    FoundOrganisation,
    ReparentOrganisation,
)
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.organisation.guidance import GuideOrganisation
from services.registry.domain.organisation.kinds import MODE_OF_HOST
from services.registry.domain.organisation.state import OrganisationState
from services.registry.domain.organisation_tree.decider import ORGANISATION_TREE, THE_TREE, ChangeTree
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.state import UnitState
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent

DEEPEST = 32
"""Levels a tree may have. The real one has about eight; more is a cycle that should not exist."""


async def active(unit: UnitOfWork, organisation_id: str, where: str = "organisation_id") -> OrganisationState:
    """The organisation, which must exist and not be dissolved. Raises `Refused` (`organisation-unknown`)."""
    state: OrganisationState = await arrived(unit, "organisation", organisation_id)
    if state.status != "active":
        raise Refused(
            "organisation-unknown",
            f"there is no active party organisation {organisation_id}",
            remedy="name one that exists and is not dissolved",
            where=where,
        )
    return state


async def path_to_root(unit: UnitOfWork, organisation_id: str) -> tuple[str, ...]:
    """The ids from this organisation (first) to the root (last)."""
    path: list[str] = []
    at: str | None = organisation_id
    while at is not None and at not in path and len(path) < DEEPEST:
        path.append(at)
        state: OrganisationState = await unit.state(ORGANISATION, at)
        at = state.parent_id
    return tuple(path)


async def found(unit: UnitOfWork, command: FoundOrganisation) -> list[DomainEvent]:
    """Found an organisation below its parent. One that is founded in a unit covers it, as its plan said that one should.

    Raises `Refused` (`unit-closed`) as well; organisations of units that are not entered yet are taken over.
    """
    kind = None
    if command.unit_uscc is not None:
        await _require_open(unit, command.unit_uscc)
    if command.parent_id is not None:
        parent: OrganisationState = await arrived(unit, "organisation", command.parent_id)
        kind = parent.kind if parent.status == "active" else None
    facts = command.model_copy(update={"parent_kind": kind})
    events = await unit.handle(ORGANISATION, command.organisation_id, facts)
    mode = MODE_OF_HOST.get(command.kind)
    if events and command.unit_uscc is not None and mode is not None:
        today = local_date(unit.clock.now())
        formed = FulfilPlan(uscc=command.unit_uscc, organisation_id=command.organisation_id, mode=mode, on=today)
        await unit.handle(FORMATION_PLAN, command.unit_uscc, formed)
    return events


async def _require_open(unit: UnitOfWork, uscc: str) -> None:
    state: UnitState = await unit.state(UNIT, uscc)
    if state.status == "closed":
        raise Refused(
            "unit-closed",
            f"the unit {uscc} was closed on {state.closed_on}",
            remedy="found the organisation in the unit that took its place, or in none",
            where="unit_uscc",
        )


async def reparent(
    unit: UnitOfWork, organisation_id: str, new_parent_id: str, on: date, expected: int | None = None
) -> list[DomainEvent]:
    """Hang an organisation below another superior since that day. The tree's version is read before the path: see its
    guard.
    """
    today = local_date(unit.clock.now())
    await unit.version(ORGANISATION_TREE, THE_TREE)
    path = await path_to_root(unit, new_parent_id)
    parent: OrganisationState = await arrived(unit, "organisation", new_parent_id)
    before: OrganisationState = await unit.state(ORGANISATION, organisation_id)
    command = ReparentOrganisation(
        organisation_id=organisation_id,
        new_parent_path=path,
        new_parent_kind=parent.kind if parent.status == "active" else None,
        effective_on=on,
        settled_since=await _settled_since(unit, (organisation_id, *path)) if on < today else on,
        today=today,
    )
    events = await unit.handle(ORGANISATION, organisation_id, command, expected=expected)
    if events:
        change = ChangeTree(
            organisation_id=organisation_id, from_parent_id=before.parent_id, to_parent_id=new_parent_id
        )
        await unit.handle(ORGANISATION_TREE, THE_TREE, change)
    return events


async def _settled_since(unit: UnitOfWork, organisations: Iterable[str]) -> date:
    """The day of the newest edge of any of them; the tree's version, read before, keeps it true until the commit."""
    edges = [
        row["since"] for one in organisations for row in await unit.rows("organisation_edges", organisation_id=one)
    ]
    return max(edges, default=date.min)


async def guide(
    unit: UnitOfWork, organisation_id: str, guided_by: str | None, since: date, today: date, expected: int | None
) -> list[DomainEvent]:
    """Settle which competent authority guides an organisation."""
    kind = None
    if guided_by is not None:
        guiding: OrganisationState = await unit.state(ORGANISATION, guided_by)
        kind = guiding.kind if guiding.status == "active" else None
    command = GuideOrganisation(
        organisation_id=organisation_id, guided_by=guided_by, guide_kind=kind, since=since, today=today
    )
    return await unit.handle(ORGANISATION, organisation_id, command, expected=expected)
