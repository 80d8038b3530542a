"""Public events of party organisations (党组织): their tree, guidance, terms and foundings."""

from datetime import date, datetime
from typing import Literal

from shared.contracts.registry.terms import OrganisationHost, OrganisationKind, RegistryEvent


class PartyOrganisationFounded(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """A 党组织 exists from now on, below `parent_id` (None for a root), formed in a unit or on a `host`."""

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


class PartyOrganisationChanged(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """Name, host, office addresses or the capability to approve changed; only the changed ones are given."""

    organisation_id: str
    name: str | None = None
    can_approve_probationary: bool | None = None
    host: OrganisationHost | None = None
    office_email: str | None = None
    office_phone: str | None = None


class PartyOrganisationReparented(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """The organisation hangs below another superior (调整隶属), since a past day if one is given."""

    organisation_id: str
    from_parent_id: str | None
    to_parent_id: str
    effective_on: date | None = None


class PartyOrganisationDissolved(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """The organisation ended (撤销)."""

    organisation_id: str
    reason: str


class PartyOrganisationGuided(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """From `since` on the competent authority's organisation `guided_by` guides it, beside its superior (主管部门指导,
    domain Z07, L28); None: nobody does any more. Who guides looks, and decides nothing.
    """

    organisation_id: str
    guided_by: str | None
    since: date


class PartyOrganisationRestored(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """An organisation that was dissolved exists again, where it hung before (恢复)."""

    organisation_id: str
    parent_id: str | None
    reason: str
    on: date


class PartyOrganisationUpgraded(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """The organisation is of a higher kind since that day (升格)."""

    organisation_id: str
    from_kind: OrganisationKind
    kind: OrganisationKind
    on: date


class ElectionDue(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """The term ends in so many months (6, 3 or 0); the superior reminds the organisation of the election (换届提醒)."""

    organisation_id: str
    parent_id: str | None
    ends_on: date
    months_left: int
    reminded_at: datetime


class OrganisationWithoutUnit(RegistryEvent, aggregate="party-organisation", key="organisation_id"):
    """The unit that the organisation was founded in was closed on that day; `superior_id` decides what becomes of it."""

    organisation_id: str
    superior_id: str | None
    uscc: str
    closed_on: date


class FoundingApplied(RegistryEvent, aggregate="founding", key="founding_id"):
    """An application to found an organisation waits for `decided_by` to answer until the end of `reply_by`."""

    founding_id: str
    organisation_id: str
    kind: OrganisationKind
    area_code: str
    unit_uscc: str | None = None
    host: OrganisationHost | None = None
    applied_by: str
    decided_by: str
    reply_by: date


class FoundingReplyOverdue(RegistryEvent, aggregate="founding", key="founding_id"):
    """Nobody answered the application within the month."""

    founding_id: str
    applied_by: str
    decided_by: str
    reply_by: date
    overdue_at: datetime


class FoundingDecided(RegistryEvent, aggregate="founding", key="founding_id"):
    """The body that was asked answered; an approved organisation is founded (PartyOrganisationFounded)."""

    founding_id: str
    organisation_id: str
    decision: Literal["approved", "refused"]
    decided_by: str
    reason: str | None = None
    decided_on: date
