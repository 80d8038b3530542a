"""What is known of a unit beyond its code: the facts of 五个清 and of the ledger (domain §4.2 Z03, §4.3 Y15, Y20)."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.registry.domain.vocabulary import (
    Id,
    JurisdictionBasis,
    MemberSource,
    Name,
    NoOrganisationReason,
    Operation,
    OwnerIdentity,
    Ownership,
    Trade,
)
from shared.kernel.identifiers.area_code import AreaCode

MOST_STAFF = 10_000_000
"""More people than any employer has: a figure above it is a slip of the keyboard."""


class UnitFacts(BaseModel):
    """Facts of a unit; None is "not known", or in a change "as it was".

    `area_code` is where it operates, which its code does not say (domain §3.1); `registered_area` where it was
    registered. `responsible_id` is the organisation that it falls to by `jurisdiction_basis` (谁管理谁组建).
    `staff`, `formal_members` and `probationary_members` count people who work there, wherever their membership is.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True, hide_input_in_errors=True)

    name: Name | None = None
    area_code: AreaCode | None = None
    staff: int | None = Field(default=None, ge=0, le=MOST_STAFF)
    operation: Operation | None = None
    trade: Trade | None = None
    ownership: Ownership | None = None
    registered_area: AreaCode | None = None
    jurisdiction_basis: JurisdictionBasis | None = None
    responsible_id: Id | None = None
    owner_identity: OwnerIdentity | None = None
    owner_member_id: Id | None = None
    formal_members: int | None = Field(default=None, ge=0, le=MOST_STAFF)
    probationary_members: int | None = Field(default=None, ge=0, le=MOST_STAFF)
    member_source: MemberSource | None = None
    trade_union: bool | None = None
    youth_league: bool | None = None
    womens_federation: bool | None = None
    no_organisation_reason: NoOrganisationReason | None = None


FACTS = tuple(UnitFacts.model_fields)
NOTHING = UnitFacts()


def known(facts: UnitFacts) -> dict[str, Any]:
    """Those facts that are known; of a command or an event that brings facts, those that it brings."""
    brought = facts.__dict__
    return {name: value for name in FACTS if (value := brought[name]) is not None}


def merged(facts: UnitFacts, change: UnitFacts) -> UnitFacts:
    """The facts with those that the change brings."""
    return facts.model_copy(update=known(change))
