"""Decisions about 党小组 that need facts of the branch, of members and of other groups."""

from collections.abc import Iterable
from datetime import date

from services.registry.application.tree import active
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.grouping import AssignPartyGroup, PartyGroupAssigned
from services.registry.domain.member.state import MemberState
from services.registry.domain.party_group.commands import DissolvePartyGroup, FoundPartyGroup, NameGroupHead
from services.registry.domain.party_group.decider import PARTY_GROUP, PartyGroupState
from services.registry.domain.vocabulary import Name
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent


async def found(
    unit: UnitOfWork, group_id: str, organisation_id: str, name: Name, department: Name | None, founded_on: date
) -> None:
    """Found a group in a branch, which has to stand."""
    branch = await active(unit, organisation_id)
    command = FoundPartyGroup(
        group_id=group_id,
        organisation_id=organisation_id,
        organisation_kind=branch.kind,
        name=name,
        department=department,
        founded_on=founded_on,
    )
    await unit.handle(PARTY_GROUP, group_id, command)


async def name_head(
    unit: UnitOfWork, group_id: str, member_id: str | None, since: date, expected: int | None
) -> list[DomainEvent]:
    """Let a member of the group head it, or nobody."""
    member: MemberState | None = await unit.state(MEMBER, member_id) if member_id is not None else None
    of = member.party_group_id if member is not None else None
    command = NameGroupHead(member_id=member_id, group_of_member=of, since=since)
    return await unit.handle(PARTY_GROUP, group_id, command, expected=expected)


async def assign(
    unit: UnitOfWork, member_id: str, group_id: str | None, since: date, expected: int | None = None
) -> None:
    """Put a member into a group of their branch, or into none. Raises `Refused` (`party-group-unknown`) as well."""
    branch = None
    if group_id is not None:
        group: PartyGroupState = await unit.state(PARTY_GROUP, group_id)
        if group.status != "open":
            raise Refused(
                "party-group-unknown",
                f"there is no group {group_id}, or no longer",
                remedy="name one that stands",
                where="group_id",
            )
        branch = group.organisation_id
    command = AssignPartyGroup(member_id=member_id, group_id=group_id, organisation_id=branch, since=since)
    await decide_on_member(unit, member_id, command, expected)


async def decide_on_member(
    unit: UnitOfWork, member_id: str, command: Command, expected: int | None = None
) -> list[DomainEvent]:
    """Decide something by which a member may leave a group; one that its head leaves has no head any more."""
    events = await unit.handle(MEMBER, member_id, command, expected=expected)
    for event in _left(events):
        group: PartyGroupState = await unit.state(PARTY_GROUP, event.from_group_id or "")
        if group.head_id == member_id:
            vacate = NameGroupHead(member_id=None, since=max(event.since, group.head_since))
            await unit.handle(PARTY_GROUP, group.group_id, vacate)
    return events


def _left(events: Iterable[DomainEvent]) -> Iterable[PartyGroupAssigned]:
    return (one for one in events if isinstance(one, PartyGroupAssigned) and one.from_group_id is not None)


async def dissolve_all(unit: UnitOfWork, organisation_id: str, on: date, reason: str) -> None:
    """A branch that ends has no groups any more."""
    for row in await unit.rows("party_groups", organisation_id=organisation_id, dissolved_on=None):
        group: PartyGroupState = await unit.state(PARTY_GROUP, row["group_id"])
        day = max(on, group.founded_on, group.head_since)
        await unit.handle(PARTY_GROUP, group.group_id, DissolvePartyGroup(dissolved_on=day, reason=reason))
