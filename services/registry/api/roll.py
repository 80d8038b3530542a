"""Who was on the roll at the end of a day, where, as what, and in which 党小组: one relation under every roster."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select

from services.registry.projections.party_groups import MEMBERS_OF_GROUPS as GROUPED
from services.registry.projections.party_groups import PARTY_GROUPS
from services.registry.projections.tables import MEMBERS, MEMBERSHIPS


def roll_of(day: date, moment: datetime) -> Select[Any]:
    """A row per member; `moment` is the end of the day."""
    later = MEMBERSHIPS.alias("later")
    moved_on = (
        select(later.c.member_id)
        .where(
            later.c.member_id == MEMBERSHIPS.c.member_id,
            later.c.since > MEMBERSHIPS.c.since,
            later.c.since <= moment,
        )
        .exists()
    )
    formal = MEMBERS.c.formal_since <= day
    groups = grouped_on(day).subquery("groups")
    return (
        select(
            MEMBERSHIPS.c.member_id,
            MEMBERSHIPS.c.organisation_id,
            MEMBERSHIPS.c.since,
            case((formal, "formal"), else_="probationary").label("status"),
            MEMBERS.c.admitted_on,
            case((formal, MEMBERS.c.formal_since)).label("formal_since"),
            MEMBERS.c.probation_ends_on,
            MEMBERS.c.name,
            groups.c.group_id.label("party_group_id"),
            groups.c.name.label("party_group"),
        )
        .join(MEMBERS, MEMBERS.c.member_id == MEMBERSHIPS.c.member_id)
        .outerjoin(groups, groups.c.member_id == MEMBERSHIPS.c.member_id)
        .where(MEMBERSHIPS.c.since <= moment, ~moved_on, or_(MEMBERS.c.left_on.is_(None), MEMBERS.c.left_on > day))
    )


def standing_on(day: date) -> ColumnElement[bool]:
    """The condition that a group stood at the end of that day."""
    until = PARTY_GROUPS.c.dissolved_on
    return and_(PARTY_GROUPS.c.founded_on <= day, or_(until.is_(None), until > day))


def grouped_on(day: date) -> Select[Any]:
    """Who was in which group at the end of that day."""
    later = GROUPED.alias("regrouped")
    regrouped = (
        select(later.c.member_id)
        .where(later.c.member_id == GROUPED.c.member_id, later.c.since > GROUPED.c.since, later.c.since <= day)
        .exists()
    )
    return (
        select(GROUPED.c.member_id, PARTY_GROUPS.c.group_id, PARTY_GROUPS.c.name)
        .join(PARTY_GROUPS, PARTY_GROUPS.c.group_id == GROUPED.c.group_id)
        .where(GROUPED.c.since <= day, ~regrouped, standing_on(day))
    )
