"""Public events of mobility's own doors and records."""

from shared.contracts.audit import Anchored
from shared.contracts.mobility.terms import MobilityEvent


class InboundRefused(MobilityEvent, aggregate="inbound", key="system", subject="message_id"):
    """A message of an outside system was not taken over; says what was wrong and what to do."""

    system: str
    message_id: str
    code: str
    detail: str


class AuditAnchored(Anchored, service="mobility", aggregate="audit", key="chain"):
    """The audit trail of mobility reaches to that record; whoever keeps this event can tell when the trail is shortened."""
