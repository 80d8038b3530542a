"""What happened to a paper letter from a place whose database is not connected to ours (非建库党员转入, domain T14)."""

from datetime import date, datetime
from typing import Literal

from services.mobility.domain.terms import RejectionReason
from services.mobility.domain.transfer.outside import OutsideCommittee
from shared.kernel.event import DomainEvent

PaperCarrying = Literal["in_person", "confidential_post"]
"""How paper travels (domain T12): with the member, or by 机要. Ordinary couriers are forbidden."""


class LetterEvent(DomainEvent):
    """Which one, and with which committee it lies."""

    letter_id: str
    committee_id: str


class LetterRegistered(LetterEvent):
    """The receiving committee has the letter, and answers it by `due_at`."""

    type = "inbound-letter-registered"

    superior_id: str | None
    outside: OutsideCommittee
    letter_number: str
    valid_until: date
    dues_paid_to: str
    carrying: PaperCarrying
    registered_by: str
    due_at: datetime
    registered_at: datetime


class LetterAccepted(LetterEvent):
    """The member is on our roll; the 回执 is due within a month, on paper."""

    type = "inbound-letter-accepted"

    member_id: str
    branch_id: str
    due_at: datetime
    accepted_at: datetime


class LetterRejected(LetterEvent):
    """The letter goes back with a reason; the membership stays where it is."""

    type = "inbound-letter-rejected"

    reason_code: RejectionReason
    text: str
    rejected_at: datetime


class ReceiptSent(LetterEvent):
    """The 回执 went back on paper: nothing is open between the two committees any more."""

    type = "inbound-receipt-sent"

    reference: str
    carrying: PaperCarrying
    sent_on: date
    sent_at: datetime


class LetterSilent(LetterEvent):
    """The committee has not done in time what it has to do; its superior knows. It stays with the committee."""

    type = "inbound-letter-silent"

    superior_id: str
    due_at: datetime
