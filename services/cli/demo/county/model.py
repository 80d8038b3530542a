"""What the demonstration's county consists of: plain values, every key fixed by the seed.

Names are those of the project's language; nothing here knows the services that the values are fed to.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.kernel.calendar import add_months
from shared.kernel.identifiers.uscc import UsccKind


class PartyOrganisationKind(StrEnum):
    """党组织的种类, as far as the demonstration needs them."""

    WORKING_COMMITTEE = "working_committee"
    """党工委."""
    COMMITTEE = "committee"
    """党委."""
    BRANCH = "branch"
    """党支部."""
    JOINT_BRANCH = "joint_branch"
    """联合党支部."""
    MOBILE_BRANCH = "mobile_branch"
    """流动党支部."""


class StationKind(StrEnum):
    """站点的种类."""

    GUIDANCE = "guidance"
    """党建工作指导站."""
    TOWN = "town"
    """驻城(镇)党建工作站: stands where the members went, belongs to where they came from."""
    SERVICE_CENTRE = "service_centre"
    """党员服务中心."""


class PostKind(StrEnum):
    """职务."""

    STATION_HEAD = "station_head"
    """站长."""
    DEPUTY_HEAD = "deputy_head"
    """副站长."""
    INSTRUCTOR = "instructor"
    """党建指导员."""
    LIAISON = "liaison"
    """联络员."""
    GRID_HEAD = "grid_head"
    """网格长."""


class PostScope(StrEnum):
    """What a post is held at."""

    STATION = "station"
    ORGANISATION = "organisation"


class MemberStatus(StrEnum):
    """党员类别."""

    FORMAL = "formal"
    """正式党员."""
    PROBATIONARY = "probationary"
    """预备党员."""


@dataclass(frozen=True, slots=True)
class Unit:
    """两新组织: an enterprise, sole trader or social organisation."""

    uscc: str
    name: str
    kind: UsccKind
    area_code: str
    staff: int
    """Employees, or full-time staff of a social organisation."""
    founded_on: date
    contact_phone: str
    organisation_key: str | None
    """The branch that covers it, its own or a joint one; None for a blank spot (空白点)."""


@dataclass(frozen=True, slots=True)
class PartyOrganisation:
    """党组织: a node of the tree working committee → committee → branch."""

    key: str
    name: str
    kind: PartyOrganisationKind
    parent_key: str | None
    area_code: str
    can_approve_probationary: bool
    """有审批预备党员权限: whether it may send and receive transfers (domain §1.1 T2)."""
    unit_uscc: str | None
    """The unit it was formed in, if it was formed in a single one."""
    office_email: str
    office_phone: str


@dataclass(frozen=True, slots=True)
class Station:
    """站: a guidance station, town station or service centre."""

    key: str
    name: str
    kind: StationKind
    area_code: str
    """Where it stands."""
    organisation_key: str
    """The committee or working committee it belongs to."""
    host: str
    """Whose premises it uses."""


@dataclass(frozen=True, slots=True)
class Member:
    """党员, with the personal data that the services keep sealed."""

    key: str
    name: str
    resident_id: str
    phone: str
    email: str | None
    organisation_key: str
    """The branch with the membership (组织关系)."""
    status: MemberStatus
    admitted_on: date
    """The day the branch admitted the member, when the year of probation (预备期) begins."""

    @property
    def probation_ends_on(self) -> date | None:
        """When probation is or was over; None for a formal member."""
        return add_months(self.admitted_on, 12) if self.status is MemberStatus.PROBATIONARY else None


@dataclass(frozen=True, slots=True)
class Post:
    """任职: a member's post at a station or an organisation."""

    kind: PostKind
    person_key: str
    scope: PostScope
    scope_key: str


@dataclass(frozen=True, slots=True)
class Territory:
    """One district or city with all that belongs to it."""

    area_code: str
    name: str
    units: tuple[Unit, ...]
    organisations: tuple[PartyOrganisation, ...]
    """Parents before their children."""
    stations: tuple[Station, ...]
    members: tuple[Member, ...]
    posts: tuple[Post, ...]
