"""What can be asked of a 党小组."""

from datetime import date

from services.registry.domain.vocabulary import Id, Name, OrganisationKind, Reason
from shared.kernel.event import Command


class FoundPartyGroup(Command):
    """Found it in a branch, perhaps in a department of the branch's unit (domain §4.2 Z24)."""

    group_id: Id
    organisation_id: Id
    organisation_kind: OrganisationKind
    name: Name
    department: Name | None = None
    founded_on: date


class ChangePartyGroup(Command):
    """Rename it, or say which department it is in; what is left out stays as it is."""

    name: Name | None = None
    department: Name | None = None


class NameGroupHead(Command):
    """党小组长 from that day on; None: nobody is. `group_of_member` is the group that the person belongs to."""

    member_id: Id | None
    group_of_member: str | None = None
    since: date


class DissolvePartyGroup(Command):
    """It is no more; whoever was in it is in none."""

    dissolved_on: date
    reason: Reason


PartyGroupCommand = FoundPartyGroup | ChangePartyGroup | NameGroupHead | DissolvePartyGroup
