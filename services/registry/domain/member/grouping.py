"""Which 党小组 of their branch a member is in: one or none. A group never changes the membership (组织关系); whoever leaves
the branch or the roll leaves the group in the same decision.
"""

from collections.abc import Sequence
from datetime import date

from services.registry.domain.member.state import MemberState
from services.registry.domain.party_group.decider import require_order
from services.registry.domain.vocabulary import Id
from shared.kernel.calendar import local_date
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent


class AssignPartyGroup(Command):
    """Into that group from that day on, and out of the one before; None: into none. `organisation_id` is the group's
    branch.
    """

    member_id: Id
    group_id: Id | None
    organisation_id: Id | None = None
    since: date


class PartyGroupAssigned(DomainEvent):
    """One group left and another joined in one fact; None stands for no group."""

    type = "party-group-assigned"

    member_id: str
    organisation_id: str
    from_group_id: str | None
    group_id: str | None
    since: date


def assign(command: AssignPartyGroup, state: MemberState) -> Sequence[DomainEvent]:
    """Errors: `group-of-another-branch`, `party-group-dates`."""
    if command.group_id == state.party_group_id:
        return []
    if command.group_id is not None and command.organisation_id != state.organisation_id:
        raise Refused(
            "group-of-another-branch",
            f"the group belongs to {command.organisation_id}, the member to {state.organisation_id}",
            remedy="choose a group of the member's own branch; a membership moves by a transfer only",
            where="group_id",
        )
    require_order(_earliest(state), command.since, "since")
    return [_assigned(state, command.group_id, command.since)]


def leave(state: MemberState, on: date) -> list[DomainEvent]:
    """What leaving the branch on that day means for the group."""
    return [_assigned(state, None, max(on, state.grouped_since))] if state.party_group_id is not None else []


def _assigned(state: MemberState, group_id: str | None, since: date) -> PartyGroupAssigned:
    return PartyGroupAssigned(
        member_id=state.member_id,
        organisation_id=state.organisation_id,
        from_group_id=state.party_group_id,
        group_id=group_id,
        since=since,
    )


def _earliest(state: MemberState) -> date:
    came = [local_date(move.moved_at) for move in state.moves[-1:]]
    return max(state.admitted_on or date.min, state.grouped_since, *came)
