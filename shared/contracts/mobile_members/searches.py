"""失联: who is out of contact, and what bodies decide about it."""

from datetime import date, datetime
from typing import Literal

from shared.contracts.mobility import MobilityEvent

LossProposal = Literal["stop_membership", "remove", "cancel_qualification", "restore"]


class ContactLost(MobilityEvent, aggregate="lost-contact", key="member_id"):
    """失联 since a day. Nothing follows from it by itself (domain §1.4)."""

    member_id: str
    branch_id: str
    lost_since: date
    person_id: str
    reported_at: datetime


class ContactRestored(MobilityEvent, aggregate="lost-contact", key="member_id"):
    """The member was found; after a stop a decision about restoring follows."""

    member_id: str
    branch_id: str
    restored_on: date
    recorded_at: datetime


class LossProposed(MobilityEvent, aggregate="lost-contact", key="member_id"):
    """A body has to look at a lost contact, and decides."""

    member_id: str
    proposal: LossProposal
    branch_id: str
    body_id: str
    due_at: datetime


class LossProposalOverdue(MobilityEvent, aggregate="lost-contact", key="member_id"):
    """The body has not decided; its superior has to know."""

    member_id: str
    proposal: LossProposal
    branch_id: str
    body_id: str
    superior_id: str
    due_at: datetime


class LossDecided(MobilityEvent, aggregate="lost-contact", key="member_id"):
    """A decision of a named body about a lost member, signed by a person."""

    member_id: str
    proposal: LossProposal
    agreed: bool
    branch_id: str
    decided_by: str
    approved_by: str
    person_id: str
    decided_on: date
