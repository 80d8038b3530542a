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
