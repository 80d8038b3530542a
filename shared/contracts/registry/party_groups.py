"""Public events of 党小组, the parts of a branch, and of who is in which. No membership (组织关系) moves by them."""

from datetime import date

from shared.contracts.registry.terms import RegistryEvent


class PartyGroupFounded(RegistryEvent, aggregate="party-group", key="group_id"):
    """A 党小组 exists in that branch, perhaps in a department of its unit."""

    group_id: str
    organisation_id: str
    name: str
    department: str | None
    founded_on: date


class PartyGroupChanged(RegistryEvent, aggregate="party-group", key="group_id"):
    """Name or department changed; only that is given."""

    group_id: str
    name: str | None = None
    department: str | None = None


class PartyGroupHeadNamed(RegistryEvent, aggregate="party-group", key="group_id"):
    """党小组长 from that day on; None: nobody is."""

    group_id: str
    organisation_id: str
    member_id: str | None
    since: date


class PartyGroupDissolved(RegistryEvent, aggregate="party-group", key="group_id"):
    """It is no more since that day; whoever was in it is in none."""

    group_id: str
    organisation_id: str
    dissolved_on: date
    reason: str


class PartyGroupAssigned(RegistryEvent, aggregate="member", key="member_id"):
    """A member of the branch left one 党小组 and joined another, in one fact; None stands for no group."""

    member_id: str
    organisation_id: str
    from_group_id: str | None
    group_id: str | None
    since: date
