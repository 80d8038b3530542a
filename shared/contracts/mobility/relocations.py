"""Public events of the propagation of a relocation: who has it, who does not yet."""

from datetime import datetime

from shared.contracts.mobility.terms import MobilityEvent


class PartyAcknowledged(MobilityEvent, aggregate="relocation", key="member_id", subject="relocation_id"):
    """An interested party confirmed that it has the relocation."""

    relocation_id: str
    member_id: str
    party_id: str
    acknowledged_by: str
    acknowledged_at: datetime


class PartyRetried(MobilityEvent, aggregate="relocation", key="member_id", subject="relocation_id"):
    """What did not reach a party is to be sent to it again; `attempt` counts from 1. Moves nothing by itself."""

    relocation_id: str
    member_id: str
    party_id: str
    attempt: int
    asked_by: str
    retried_at: datetime


class PropagationLate(MobilityEvent, aggregate="relocation", key="member_id", subject="relocation_id"):
    """Some party does not have the relocation by the deadline; the parts still missing are named."""

    relocation_id: str
    member_id: str
    missing: tuple[str, ...]
    due_at: datetime


class RelocationPropagated(MobilityEvent, aggregate="relocation", key="member_id", subject="relocation_id"):
    """Every interested party has it: applied, delivered and acknowledged, all of it."""

    relocation_id: str
    member_id: str
    parties: int
    accepted_at: datetime
    propagated_at: datetime
