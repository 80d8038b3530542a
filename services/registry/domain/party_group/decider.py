"""党小组: the parts of a branch, one stream `party-group-<id>` each (issue point 2; domain §4.2 Z24).

Who belongs to one is said on the member's own stream (`domain.member.grouping`), where there is room for one only. A
functional group (功能党小组, domain N11) is another thing: a place (`domain.place`) that gathers whomever it likes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.registry.domain.changes import changed, given
from services.registry.domain.organisation.kinds import BRANCH_LIKE
from services.registry.domain.party_group.commands import (
    ChangePartyGroup,
    DissolvePartyGroup,
    FoundPartyGroup,
    NameGroupHead,
    PartyGroupCommand,
)
from services.registry.domain.party_group.events import (
    PartyGroupChanged,
    PartyGroupDissolved,
    PartyGroupFounded,
    PartyGroupHeadNamed,
)
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


@dataclass(frozen=True, slots=True)
class PartyGroupState:
    """A group as it stands; nobody heads one that was dissolved."""

    status: Literal["unknown", "open", "dissolved"] = "unknown"
    group_id: str = ""
    organisation_id: str = ""
    name: str = ""
    department: str | None = None
    founded_on: date = date.min
    head_id: str | None = None
    head_since: date = date.min
    dissolved_on: date | None = None


def decide(command: PartyGroupCommand, state: PartyGroupState) -> Sequence[DomainEvent]:
    """Errors: `group-needs-branch`, `party-group-exists`, `party-group-unknown`, `party-group-dates`, `not-in-the-group`."""
    if isinstance(command, FoundPartyGroup):
        return _found(command, state)
    if isinstance(command, DissolvePartyGroup) and state.dissolved_on == command.dissolved_on:
        return []
    if state.status != "open":
        raise Refused("party-group-unknown", "there is no such group, or no longer", remedy="name one that stands")
    here = {"group_id": state.group_id, "organisation_id": state.organisation_id}
    match command:
        case ChangePartyGroup():
            changes = changed(state, **command.model_dump())
            return [PartyGroupChanged(group_id=state.group_id, **changes)] if changes else []
        case NameGroupHead():
            return _name_head(command, state, here)
        case DissolvePartyGroup():
            require_order(max(state.founded_on, state.head_since), command.dissolved_on, "dissolved_on")
            return [PartyGroupDissolved(**here, **dict(command))]


def _found(command: FoundPartyGroup, state: PartyGroupState) -> Sequence[DomainEvent]:
    facts = command.model_dump(exclude={"organisation_kind"})
    if command.organisation_kind not in BRANCH_LIKE:
        raise Refused(
            "group-needs-branch",
            f"a {command.organisation_kind} has branches, and groups are parts of a branch",
            remedy="found the group in one of its branches",
            where="organisation_id",
        )
    if state.status == "unknown":
        return [PartyGroupFounded(**facts)]
    if state.status == "open" and not changed(state, **facts):
        return []
    raise Refused("party-group-exists", f"{command.group_id} is another group", remedy="use a new id")


def _name_head(command: NameGroupHead, state: PartyGroupState, here: dict[str, str]) -> Sequence[DomainEvent]:
    if command.member_id == state.head_id:
        return []
    if command.member_id is not None and command.group_of_member != state.group_id:
        raise Refused(
            "not-in-the-group",
            "a group is headed by somebody who belongs to it",
            remedy="assign the member to the group first",
            where="member_id",
        )
    require_order(max(state.founded_on, state.head_since), command.since, "since")
    return [PartyGroupHeadNamed(**here, member_id=command.member_id, since=command.since)]


def require_order(earliest: date, day: date, where: str) -> None:
    """Raises `Invalid` (`party-group-dates`): what is said of a group is said in order."""
    if day < earliest:
        raise Invalid(
            "party-group-dates", f"something is known of {earliest}", remedy="give that day or a later one", where=where
        )


def evolve(state: PartyGroupState, event: DomainEvent) -> PartyGroupState:
    match event:
        case PartyGroupFounded():
            return PartyGroupState("open", **event.model_dump())
        case PartyGroupChanged():
            return replace(state, **given(event, "name", "department"))
        case PartyGroupHeadNamed():
            return replace(state, head_id=event.member_id, head_since=event.since)
        case PartyGroupDissolved():
            return replace(state, status="dissolved", head_id=None, dissolved_on=event.dissolved_on)
        case _:
            return state


PARTY_GROUP: Decider[PartyGroupCommand, PartyGroupState] = Decider(
    stream_type="party-group",
    initial=PartyGroupState(),
    decide=decide,
    evolve=evolve,
    events=(PartyGroupFounded, PartyGroupChanged, PartyGroupHeadNamed, PartyGroupDissolved),
)
