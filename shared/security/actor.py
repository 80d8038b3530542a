"""Who acts: an authenticated subject and what it was entrusted with, as the token says.

A role (角色) counts only together with the organisation it was given for: everything at or below that organisation is
its scope. A post at a station (驻站) names the station instead; its scope is what the station serves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from shared.kernel.errors import Invalid


class Role(StrEnum):
    """What somebody is. The values are what tokens say."""

    CITY_DEPARTMENT = "city-department"
    """市委组织部."""
    COUNTY_DEPARTMENT = "county-department"
    """县（市、区）委组织部."""
    WORKING_COMMITTEE = "working-committee"
    """街道、乡镇党（工）委, and any other committee that keeps its members' relations (基层党委)."""
    STATION_HEAD = "station-head"
    """站长."""
    INSTRUCTOR = "instructor"
    """党建指导员."""
    BRANCH_SECRETARY = "branch-secretary"
    """党支部书记."""
    AUDITOR = "auditor"
    """Looks, and changes nothing."""
    OPERATOR = "operator"
    """Keeps the installation running; no business with anybody's membership."""
    OUTSIDE_SYSTEM = "outside-system"
    """Another system, by its own name."""
    PROVIDER = "provider"
    """A carrier of messages that reports what became of them."""


class Line(StrEnum):
    """By which line somebody is responsible (domain Z07, L28). Without one: as the tree says, which is the territory."""

    TERRITORY = "territory"
    """属地: who administers the place leads, decides and assesses."""
    AUTHORITY = "authority"
    """主管: the competent authority of the trade guides; it looks at what it guides, and decides nothing. Its scope follows
    the edges of guidance, not the tree: over its own tree somebody is responsible by the territory.
    """


AT_STATIONS: Final = frozenset({Role.STATION_HEAD, Role.INSTRUCTOR})
UNBOUND: Final = frozenset({Role.OPERATOR, Role.OUTSIDE_SYSTEM, Role.PROVIDER})
"""Roles that belong to the installation and not to an organisation."""
MOST_ASSIGNMENTS: Final = 50
_LONGEST: Final = 64


@dataclass(frozen=True, slots=True)
class Assignment:
    """One role, and where it counts: an organisation with all below it, or what a station serves."""

    role: Role
    organisation_id: str | None = None
    station_id: str | None = None
    line: Line = Line.TERRITORY


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who was authenticated. `id` is the token's subject: of a person, the id that posts and parties name."""

    id: str
    assignments: tuple[Assignment, ...] = ()

    @property
    def roles(self) -> frozenset[Role]:
        """Every role of any assignment."""
        return frozenset(one.role for one in self.assignments)


def actor_of(claims: Mapping[str, Any]) -> Actor:
    """The actor that a token's claims describe: `sub`, and `assignments`, a list of
    `{"role": …, "organisation": … | "station": …, "line": …}`.

    A role that we do not know is somebody else's and gives nothing. Raises `Invalid` (`bad-assignments`) for anything
    else that does not fit: half of what was meant might be more than what was meant.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not _is_id(subject):
        raise _bad("`sub` is not one word of at most 64 characters")
    given = claims.get("assignments", [])
    if not isinstance(given, list) or len(given) > MOST_ASSIGNMENTS:
        raise _bad(f"`assignments` is not a list of at most {MOST_ASSIGNMENTS}")
    return Actor(subject, tuple(one for one in map(_assignment, given) if one is not None))


def claims_of(actor: Actor) -> dict[str, Any]:
    """The claims that describe an actor; `actor_of` reads them back."""
    return {"sub": actor.id, "assignments": [_claim(one) for one in actor.assignments]}


def _claim(one: Assignment) -> dict[str, str]:
    claim = {"role": one.role.value, "organisation": one.organisation_id, "station": one.station_id}
    line = {} if one.line is Line.TERRITORY else {"line": one.line.value}
    return {name: value for name, value in claim.items() if value is not None} | line


def _assignment(given: object) -> Assignment | None:
    if not isinstance(given, Mapping) or not isinstance(given.get("role"), str):
        raise _bad("an assignment names no role")
    if given["role"] not in set(Role):
        return None
    role = Role(given["role"])
    organisation_id, station_id = given.get("organisation"), given.get("station")
    for value in (organisation_id, station_id):
        if value is not None and not (isinstance(value, str) and _is_id(value)):
            raise _bad("an assignment names something that is no id")
    if (role in UNBOUND) != (organisation_id is None and station_id is None):
        raise _bad(f"the role {role} has {'an' if role in UNBOUND else 'no'} organisation")
    if station_id is not None and (role not in AT_STATIONS or organisation_id is not None):
        raise _bad(f"the role {role} cannot be bound to this station")
    try:
        line = Line(given.get("line", Line.TERRITORY))
    except ValueError:
        raise _bad("an assignment has a line that is neither territory nor authority") from None
    return Assignment(role, organisation_id, station_id, line)


def _is_id(value: str) -> bool:
    return 0 < len(value) <= _LONGEST and value.isascii() and value.isprintable() and " " not in value


def _bad(detail: str) -> Invalid:
    return Invalid(
        "bad-assignments",
        f"the token is authentic, but {detail}",
        remedy="correct what the identity provider puts into the claims; docs/adr/0020 describes them",
    )
