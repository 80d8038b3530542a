"""What happened to a party organisation (党组织)."""

from services.registry.domain.vocabulary import OrganisationKind
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
    office_email: str | None = None
    office_phone: str | None = None


class PartyOrganisationChanged(DomainEvent):
    """Name, office addresses or the capability changed; None means unchanged."""

    type = "party-organisation-changed"

    organisation_id: str
    name: str | None = None
    can_approve_probationary: bool | None = None
    office_email: str | None = None
    office_phone: str | None = None


class PartyOrganisationReparented(DomainEvent):
    """It hangs below another superior (调整隶属)."""

    type = "party-organisation-reparented"

    organisation_id: str
    from_parent_id: str | None
    to_parent_id: str


class PartyOrganisationDissolved(DomainEvent):
    """It ended (撤销)."""

    type = "party-organisation-dissolved"

    organisation_id: str
    reason: str
