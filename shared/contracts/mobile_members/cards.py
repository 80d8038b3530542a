"""《流动党员活动证》."""

from datetime import datetime
from typing import Literal

from shared.contracts.mobility import MobilityEvent


class MobileCardIssued(MobilityEvent, aggregate="mobile-card", key="member_id", subject="card_id"):
    """《流动党员活动证》 under a number of the county."""

    card_id: str
    member_id: str
    departure_id: str
    branch_id: str
    committee_id: str
    card_number: str
    issued_at: datetime


class CardReturnOverdue(MobilityEvent, aggregate="mobile-card", key="member_id", subject="card_id"):
    """The branch that issued a card has not had it back; the committee that stamped it has to know."""

    card_id: str
    member_id: str
    body_id: str
    superior_id: str
    due_at: datetime


class MobileCardReviewed(MobilityEvent, aggregate="mobile-card", key="member_id", subject="card_id"):
    """年审 of a year."""

    card_id: str
    member_id: str
    year: int
    passed: bool
    reviewed_by: str
    reviewed_at: datetime


class MobileCardEnded(MobilityEvent, aggregate="mobile-card", key="member_id", subject="card_id"):
    """Given back or lost; not valid any more."""

    card_id: str
    member_id: str
    reason: Literal["returned", "lost"]
    ended_at: datetime
