"""What happened to a party organisation (党组织)."""

from datetime import date, datetime

from services.registry.domain.vocabulary import OrganisationHost, OrganisationKind
from shared.kernel.event import DomainEvent


class PartyOrganisationFounded(DomainEvent):
    """It exists from now on, below `parent_id` (None for a root)."""

    type = "party-organisation-founded"

    organisation_id: str
    name: str
    kind: OrganisationKind
    parent_id: str | None
    area_code: str
    can_approve_probationary: bool
    unit_uscc: str | None = None
    host: OrganisationHost | None = None
    office_email: str | None = None
    office_phone: str | None = None


class PartyOrganisationChanged(DomainEvent):
    """Name, host, office addresses or the capability changed; None means unchanged."""

    type = "party-organisation-changed"

    organisation_id: str
    name: str | None = None
    can_approve_probationary: bool | None = None
    host: OrganisationHost | None = None
    office_email: str | None = None
    office_phone: str | None = None


class PartyOrganisationReparented(DomainEvent):
    """It hangs below another superior (调整隶属) since that day; events of before days were given lack it, and mean the day of
    their recording.
    """

    type = "party-organisation-reparented"

    organisation_id: str
    from_parent_id: str | None
    to_parent_id: str
    effective_on: date | None = None


class PartyOrganisationDissolved(DomainEvent):
    """It ended (撤销). `parent_id` is where it hung; events of before this was recorded lack it."""

    type = "party-organisation-dissolved"

    organisation_id: str
    reason: str
    parent_id: str | None = None


class PartyOrganisationRestored(DomainEvent):
    """It exists again since that day, where it hung before (恢复)."""

    type = "party-organisation-restored"

    organisation_id: str
    parent_id: str | None
    reason: str
    on: date


class PartyOrganisationUpgraded(DomainEvent):
    """It is of a higher kind since that day (升格)."""

    type = "party-organisation-upgraded"

    organisation_id: str
    from_kind: OrganisationKind
    kind: OrganisationKind
    approved_by: str
    on: date
    members: int
    exception: str | None = None


class TermBegan(DomainEvent):
    """An election was held. Private: who has to know is reminded."""

    type = "term-began"

    organisation_id: str
    elected_on: date
    ends_on: date


class TermExtended(DomainEvent):
    """The superior lets the term go on until that day. Private."""

    type = "term-extended"

    organisation_id: str
    ends_on: date
    approved_by: str
    reason: str


class OrganisationWithoutUnit(DomainEvent):
    """The unit it was founded in was closed; the superior adjusts or dissolves it (domain §1.5), or lets it stand."""

    type = "organisation-without-unit"

    organisation_id: str
    superior_id: str | None
    uscc: str
    closed_on: date


class ElectionDue(DomainEvent):
    """The term ends in so many months; the superior reminds the organisation of the election (换届提醒)."""

    type = "election-due"

    organisation_id: str
    parent_id: str | None
    ends_on: date
    months_left: int
    reminded_at: datetime
