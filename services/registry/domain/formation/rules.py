"""组建规则: which party organisation a unit should have, as a table by area and year with the document it comes from.

Party-wide and not in the table: three 正式党员 for a branch of one's own, more than 50 and 100 members for a 总支 and a
党委 (domain §1.5, §1.10). What differs from place to place is: from how many staff a unit counts as 规模以上 (8, 10 or 30,
§1.6), how many units a joint branch covers (5 or 10), and which ways of forming count as coverage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.registry.domain.organisation.kinds import LEAST_FORMAL_MEMBERS
from services.registry.domain.vocabulary import FormationMode, Operation, OrganisationKind, UnitKind, WorkMeans
from shared.kernel.errors import Refused

Duty = Literal["must", "should", "none"]
Why = Literal["enough_members", "large", "too_few_members", "key_unit", "below_threshold", "not_operating"]

GENERAL_BRANCH_ABOVE: Final = 50
COMMITTEE_ABOVE: Final = 100
"""Members; 超过, so 50 are a branch and 51 a 总支 (domain §1.5 P7)."""


class FormationRules(BaseModel):
    """One version for one area. The defaults are the national text (domain §1.5, §1.6 P39a, P39b)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    key_staff: int = Field(default=10, ge=1, le=100_000, description="规模以上, of enterprises and sole traders")
    key_staff_social: int = Field(default=30, ge=1, le=100_000, description="规模以上, of social organisations")
    single_staff: int | None = Field(default=None, ge=1, le=100_000, description="from here 单独组建, whoever is there")
    joint_units_cap: int = Field(default=5, ge=2, le=1000, description="units that one joint branch covers")
    host_order: tuple[FormationMode, ...] = Field(
        default=("joint", "area", "trade", "attached", "included"), min_length=1, max_length=6,
        description="where members who are too few for a branch of their own are looked after, best first",
    )  # fmt: skip
    covering_modes: tuple[FormationMode, ...] = Field(
        default=("single", "joint"), min_length=1, max_length=6, description="what counts as 组织覆盖"
    )
    work_means: tuple[WorkMeans, ...] = Field(
        default=("instructor", "liaison", "trade_union", "youth_league"), min_length=1, max_length=5,
        description="what counts as 工作覆盖 of a unit without an organisation",
    )  # fmt: skip

    def is_key(self, kind: UnitKind, staff: int | None) -> bool:
        """规模以上."""
        return (staff or 0) >= (self.key_staff_social if kind == "social_organisation" else self.key_staff)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rules look at. `partners` counts the formal members of units nearby that are too small as well; `hosts` are
    the ways of forming for which there is an organisation that can take the unit in.
    """

    kind: UnitKind
    operation: Operation | None
    staff: int | None
    formal_members: int
    members: int
    partners: int = 0
    hosts: frozenset[FormationMode] = frozenset({"attached", "included"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a unit should have. `mode` is None where nothing is formed yet and work comes first (domain §4.1 L05)."""

    duty: Duty
    mode: FormationMode | None
    why: Why
    organisation_kind: OrganisationKind | None = None


def propose(rules: FormationRules, unit: Circumstances) -> Proposal:
    """The rules applied to one unit."""
    if unit.operation in ("suspended", "shell"):
        return Proposal("none", None, "not_operating")
    if unit.formal_members >= LEAST_FORMAL_MEMBERS:
        return Proposal("must", "single", "enough_members", _kind(unit.members))
    if rules.single_staff is not None and (unit.staff or 0) >= rules.single_staff:
        return Proposal("must", "single", "large", "branch")
    if unit.members:
        mode = _host(rules.host_order, unit)
        return Proposal("must", mode, "too_few_members", "joint_branch" if mode == "joint" else None)
    if rules.is_key(unit.kind, unit.staff):
        return Proposal("should", next((m for m in rules.host_order if m in unit.hosts - {"joint"}), None), "key_unit")
    return Proposal("none", None, "below_threshold")


def _host(order: Sequence[FormationMode], unit: Circumstances) -> FormationMode | None:
    enough = unit.formal_members and unit.formal_members + unit.partners >= LEAST_FORMAL_MEMBERS
    return next((mode for mode in order if (enough if mode == "joint" else mode in unit.hosts)), None)


def _kind(members: int) -> OrganisationKind:
    if members > COMMITTEE_ABOVE:
        return "committee"
    return "general_branch" if members > GENERAL_BRANCH_ABOVE else "branch"


def check_joint_cap(rules: FormationRules, organisation_id: str, covered: int) -> None:
    """Raises `Refused` (`joint-branch-full`). Only 联合 has the limit; a building's organisation covers 87 (domain §1.5)."""
    if covered >= rules.joint_units_cap:
        raise Refused(
            "joint-branch-full",
            f"the joint branch {organisation_id} covers {covered} units already, and {rules.joint_units_cap} are the most",
            remedy="found another joint branch, or have the area's organisation cover the unit",
            where="organisation_id",
        )


class CitedRules(BaseModel):
    """Rules with where they come from; no version means the defaults."""

    model_config = ConfigDict(frozen=True)

    area_code: str | None = None
    rules_version: int = 0
    effective_from: date | None = None
    source_document: str | None = None
    rules: FormationRules = FormationRules()


def in_force(versions: Sequence[CitedRules], area_code: str, day: date) -> CitedRules:
    """Those of the narrowest place around that had any in force on that day; of several, the last adopted."""
    for place in dict.fromkeys((area_code, f"{area_code[:4]}00", f"{area_code[:2]}0000")):
        fits = [one for one in versions if one.area_code == place and (one.effective_from or date.max) <= day]
        if fits:
            return max(fits, key=lambda one: one.rules_version)
    return CitedRules()
