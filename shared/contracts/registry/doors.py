"""What is published of refusals at the door, and of the audit trail."""

from shared.contracts.audit import Anchored
from shared.contracts.registry.terms import RegistryEvent


class InboundRefused(RegistryEvent, aggregate="inbound", key="system", subject="message_id"):
    """A message of an outside system was not taken over; says what was wrong and what to do."""

    system: str
    message_id: str
    code: str
    detail: str


class AuditAnchored(Anchored, service="registry", aggregate="audit", key="chain"):
    """The audit trail of registry reaches to that record; whoever keeps this event can tell when the trail is shortened."""
