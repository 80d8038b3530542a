"""What the relocation process knows. The small ones stay inside; four are the published language as well."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from services.mobility.domain.parties import Channel
from shared.kernel.event import DomainEvent


class RequiredParty(BaseModel):
    """What has to come in from one 关系方; who that is stands in the acceptance."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    party_id: str
    channels: tuple[Channel, ...]
    must_acknowledge: bool


class PropagationStarted(DomainEvent):
    """传达 began: everything that has to come in, frozen."""

    type = "propagation-started"

    relocation_id: str
    member_id: str
    parties: tuple[RequiredParty, ...]
    services: tuple[str, ...]
    accepted_at: datetime
    due_at: datetime


class RelocationApplied(DomainEvent):
    """A service has it in its own data."""

    type = "relocation-applied"

    service: str
    applied_at: datetime


class PartyNotified(DomainEvent):
    """A message is on its way on this channel."""

    type = "party-notified"

    party_id: str
    channel: Channel
    notified_at: datetime
    message_id: str = ""


class PartyReached(DomainEvent):
    """A message arrived on this channel, with proof."""

    type = "party-reached"

    party_id: str
    channel: Channel
    receipt_id: str
    delivered_at: datetime


class PartyNotReached(DomainEvent):
    """Nothing will arrive on this channel, and why."""

    type = "party-not-reached"

    party_id: str
    channel: Channel
    code: str
    failed_at: datetime
    message_id: str = ""


class AcknowledgedEarly(DomainEvent):
    """An acknowledgement that came before the start; it becomes `PartyAcknowledged` once we know whose it is."""

    type = "acknowledged-early"

    party_id: str
    acknowledged_by: str
    acknowledged_at: datetime


class PartyAcknowledged(DomainEvent):
    """A party said that it has the relocation."""

    type = "party-acknowledged"

    relocation_id: str
    member_id: str
    party_id: str
    acknowledged_by: str
    acknowledged_at: datetime


class PartyRetried(DomainEvent):
    """What did not reach a party is to be sent again. `attempt` counts the tries of that party, from 1.

    On `channels` a message is on its way again from now on, whatever was reported of those before.
    """

    type = "party-retried"

    relocation_id: str
    member_id: str
    party_id: str
    attempt: int
    asked_by: str
    retried_at: datetime
    channels: tuple[Channel, ...] = ()


class PropagationLate(DomainEvent):
    """Something was still missing at the deadline; `missing` names it (see `ledger.missing`)."""

    type = "propagation-late"

    relocation_id: str
    member_id: str
    missing: tuple[str, ...]
    due_at: datetime
    next_at: datetime | None = None


class PropagationStopped(DomainEvent):
    """There is no move to tell of: the transfer lapsed. What came in stays known; nobody waits for the rest."""

    type = "propagation-stopped"

    relocation_id: str
    member_id: str
    stopped_at: datetime


class RelocationPropagated(DomainEvent):
    """Everybody has it. `propagated_at` is when the last of it happened, not when we learned of it."""

    type = "relocation-propagated"

    relocation_id: str
    member_id: str
    parties: int
    accepted_at: datetime
    propagated_at: datetime
