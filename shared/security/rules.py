"""What a row of the policy is made of: roles, and how the organisations concerned must lie to the one a role was given for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from shared.security.actor import Assignment, Role


class Relation(StrEnum):
    """How what is concerned lies to the organisation of an assignment."""

    ANYWHERE = "anywhere"
    """It concerns no organisation in particular."""
    ROOT = "root"
    """It concerns an organisation that has nobody above it."""
    WITHIN = "within"
    """Every organisation concerned is the own one or below it (管辖), or by the line of authority one that it guides."""
    INVOLVED = "involved"
    """At least one is: of a transfer either side, or the path between them."""
    AREA = "area"
    """The place lies in the area of the own organisation (属地)."""
    ADDRESSED = "addressed"
    """It can be named by everybody: a committee, which transfers go to, or what is above or below the own organisation."""
    SELF = "self"
    """It is the actor's own: as a party, or as the one who is spoken of."""


@dataclass(frozen=True, slots=True)
class Concern:
    """What an action is about. Empty: nothing that anybody is responsible for, so only `ANYWHERE` holds.

    `persons` are ids of those it is about, or systems; `area_code` the place; `public` whether everybody may name it.
    """

    organisations: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    area_code: str | None = None
    public: bool = False
    root: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of the organisations concerned and of the actor's own.

    `paths` leads from each organisation to the top. `own` is where each assignment counts, resolved: the organisation, or
    the one that the station belongs to; an assignment whose organisation nobody knows is not in it, and gives nothing.
    `guides` are the organisations that guide each one, or a superior of it, with all above them.
    """

    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: Mapping[Assignment, str] = field(default_factory=dict)
    own_areas: Mapping[str, str] = field(default_factory=dict)
    guides: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """Which relations let a role do the action. `looks`: it changes nothing, so the line of authority may do it too."""

    grants: Mapping[Role, frozenset[Relation]]
    looks: bool = False


DEPARTMENTS: Final = (Role.CITY_DEPARTMENT, Role.COUNTY_DEPARTMENT)
COMMITTEES: Final = (*DEPARTMENTS, Role.WORKING_COMMITTEE)
ON_SITE: Final = (Role.STATION_HEAD, Role.INSTRUCTOR)
PERSONS: Final = (*COMMITTEES, *ON_SITE, Role.BRANCH_SECRETARY, Role.AUDITOR)

Grants = tuple[Iterable[Role], Relation]


def rule(*grants: Grants, looks: bool = False) -> Rule:
    """A row of the table."""
    found: dict[Role, set[Relation]] = {}
    for roles, relation in grants:
        for role in roles:
            found.setdefault(role, set()).add(relation)
    return Rule(MappingProxyType({role: frozenset(relations) for role, relations in found.items()}), looks)
