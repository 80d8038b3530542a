"""党小组, who heads them, and who is in which: tables and projection."""

from sqlalchemy import Column, Date, Integer, Table, Text

from services.registry.domain.member.grouping import PartyGroupAssigned
from services.registry.domain.party_group import events as group
from services.registry.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange

PARTY_GROUPS = Table(
    "party_groups",
    VIEWS,
    Column("group_id", Text, primary_key=True),
    Column("organisation_id", Text, index=True),
    Column("name", Text),
    Column("department", Text),
    Column("founded_on", Date),
    Column("dissolved_on", Date),
    Column("version", Integer),
)

HEADS = Table(
    "party_group_heads",
    VIEWS,
    Column("group_id", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("member_id", Text),
)

MEMBERS_OF_GROUPS = Table(
    "party_group_members",
    VIEWS,
    Column("member_id", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("group_id", Text, index=True),
)
"""As of the heads, each row holds until the next of its key; whoever has no id is in no group from then on."""


def _group(event: group.PartyGroupFounded | group.PartyGroupChanged, fact: Fact) -> list[RowChange]:
    return [Put(PARTY_GROUPS.name, (event.group_id,), event.model_dump(exclude_none=True) | {"version": fact.version})]


def _dissolved(event: group.PartyGroupDissolved, fact: Fact) -> list[RowChange]:
    row = {"group_id": event.group_id, "dissolved_on": event.dissolved_on, "version": fact.version}
    return [Put(PARTY_GROUPS.name, (event.group_id,), row)]


def _headed(event: group.PartyGroupHeadNamed, fact: Fact) -> list[RowChange]:
    row = {"group_id": event.group_id, "since": event.since, "member_id": event.member_id}
    version = {"group_id": event.group_id, "version": fact.version}
    return [Put(HEADS.name, (event.group_id, event.since), row), Put(PARTY_GROUPS.name, (event.group_id,), version)]


def _assigned(event: PartyGroupAssigned, _: Fact) -> list[RowChange]:
    row = {"member_id": event.member_id, "since": event.since, "group_id": event.group_id}
    return [Put(MEMBERS_OF_GROUPS.name, (event.member_id, event.since), row)]


GROUPS = (
    Projection(
        "party_groups",
        1,
        (PARTY_GROUPS.name, HEADS.name),
        {
            group.PartyGroupFounded: _group,
            group.PartyGroupChanged: _group,
            group.PartyGroupHeadNamed: _headed,
            group.PartyGroupDissolved: _dissolved,
        },
        {},
    ),
    Projection("party_group_members", 1, (MEMBERS_OF_GROUPS.name,), {PartyGroupAssigned: _assigned}, {}),
)
