"""What became of an order to hand over whole organisations. Private: others learn it of each (PartyOrganisationReparented)."""

from datetime import date

from shared.kernel.event import DomainEvent


class Order(DomainEvent):
    """Who is handed to whom, by whose order, on which day; no event by itself."""

    reorganisation_id: str
    organisation_ids: tuple[str, ...]
    to_parent_id: str
    ordered_by: str
    reason: str
    on: date


class HandoverScheduled(Order):
    """They are to hang below the new superior from that day on, which is still to come."""

    type = "handover-scheduled"


class OrganisationsHandedOver(Order):
    """They hang below the new superior since that day."""

    type = "organisations-handed-over"


class HandoverFailed(DomainEvent):
    """On its day it could not be carried out, and nothing of it was; the code and text are those of the refusal."""

    type = "handover-failed"

    reorganisation_id: str
    code: str
    detail: str
    on: date


class HandoverRevoked(DomainEvent):
    """It was called off before its day."""

    type = "handover-revoked"

    reorganisation_id: str
    revoked_by: str
    reason: str
    on: date


class OrganisationReceived(DomainEvent):
    """The new superior confirmed one of them; `left` are still to be confirmed."""

    type = "organisation-received"

    reorganisation_id: str
    organisation_id: str
    given_by: str
    on: date
    left: int
