"""What happened to a 党小组."""

from datetime import date

from shared.kernel.event import DomainEvent


class PartyGroupFounded(DomainEvent):
    """It exists in that branch."""

    type = "party-group-founded"

    group_id: str
    organisation_id: str
    name: str
    department: str | None
    founded_on: date


class PartyGroupChanged(DomainEvent):
    """Only what changed is given."""

    type = "party-group-changed"

    group_id: str
    name: str | None = None
    department: str | None = None


class PartyGroupHeadNamed(DomainEvent):
    """Who heads it from that day on; None: nobody does."""

    type = "party-group-head-named"

    group_id: str
    organisation_id: str
    member_id: str | None
    since: date


class PartyGroupDissolved(DomainEvent):
    """It is no more since that day; whoever was in it is in none."""

    type = "party-group-dissolved"

    group_id: str
    organisation_id: str
    dissolved_on: date
    reason: str
