"""The words of the registry that several aggregates use, and the shapes of their fields.

The literals are those of the published language (`shared.contracts.registry`), said again here because the domain knows
only the kernel; a test holds the two together.
"""

from typing import Annotated, Literal

from pydantic import Field

UnitKind = Literal["enterprise", "sole_trader", "social_organisation"]
OrganisationKind = Literal[
    "branch",
    "joint_branch",
    "general_branch",
    "committee",
    "working_committee",
    "mobile_branch",
    "temporary",
    "project",
    "regional",
]
StationKind = Literal["guidance", "town", "service_centre", "service_point"]
PostKind = Literal["station_head", "deputy_head", "instructor", "contact_leader", "liaison", "officer", "grid_head"]
PostScope = Literal["station", "organisation", "unit"]
MemberStatus = Literal["formal", "probationary"]
ErasureGround = Literal["subject-request", "purpose-achieved", "retention-ended", "consent-withdrawn", "unlawful"]
"""Why a person's data is erased (PIPL art. 47)."""

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x20\x7f]+$")]
"""An identifier that we made (UUIDv7) or that an import brought along."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
"""The name of a unit, organisation or station; never that of a person."""

Reason = Annotated[str, Field(min_length=1, max_length=500)]

OfficeEmail = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
"""An address of an office (公务邮箱): not personal data, so it is not sealed."""

OfficePhone = Annotated[str, Field(min_length=3, max_length=32, pattern=r"^[0-9+\-() ]+$")]
"""A telephone of an office, landline or mobile (办公电话)."""

# -- what is asked about a unit (五个清, domain §4.2 Z03, §4.3 Y15) ------------------------------------------------------

Operation = Literal["operating", "suspended", "shell"]
"""经营状况: 实体运营, 停业或歇业, 无实体的空壳. Only the first counts in a denominator (实体运营, domain §1.6)."""

Ownership = Literal["private", "foreign", "hong_kong_macao_taiwan", "mixed", "other"]
"""企业性质."""

OwnerIdentity = Literal["party_member", "deputy", "democratic_party", "ordinary", "not_a_person"]
"""业主身份: what the owner is, never who; an owner who is a member is named by the member's id."""

MemberSource = Literal["transferred_in", "mobile", "developed_here", "mixed", "none"]
"""党员来源."""

JurisdictionBasis = Literal["registered_place", "competent_authority", "park"]
"""By what a unit falls to an organisation: 注册地原则, 归口管理, 园区 (domain §1.6)."""

NoOrganisationReason = Literal[
    "no_members",
    "too_few_members",
    "members_kept_elsewhere",
    "owner_unwilling",
    "newly_opened",
    "staff_fluctuates",
    "not_operating",
    "being_prepared",
    "other",
]
"""未建原因."""

FormationMode = Literal["single", "joint", "attached", "included", "trade", "area"]
"""组建方式: 单独、联合、挂靠、纳入、行业、区域 (domain §1.6)."""

Trade = Annotated[str, Field(pattern=r"^[A-T]([0-9]{2}){0,2}$")]
"""行业: a class of GB/T 4754, from its letter alone (`C`) to four digits (`C1310`)."""
