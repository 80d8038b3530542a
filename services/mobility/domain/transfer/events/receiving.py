"""The receiver takes the member in, and what follows until nothing is open between the two."""

from datetime import date, datetime

from services.mobility.domain.parties import InterestedParty
from services.mobility.domain.terms import Outcome
from services.mobility.domain.transfer.events.base import TransferEvent


class TransferHeld(TransferEvent):
    """暂缓: the letter was presented in time; the receiver looks into the dossier until `until` (domain T5)."""

    type = "transfer-held"

    held_by: str
    text: str
    held_at: datetime
    until: datetime


class CommitteeAccepted(TransferEvent):
    """The receiving committee took the member in and has still to name the branch (domain T16).

    The membership stays where it is until then; it is not without a branch for a moment.
    """

    type = "committee-accepted"

    to_committee_id: str
    letter_number: str | None
    accepted_at: datetime
    inquiry: str | None = None


class BranchAssigned(TransferEvent):
    """The receiving committee named the branch; the acceptance follows in the same decision."""

    type = "branch-assigned"

    to_committee_id: str
    branch_id: str
    assigned_at: datetime


class TransferAccepted(TransferEvent):
    """The receiver took the member in: the one fact that moves a membership (domain T3)."""

    type = "transfer-accepted"

    from_branch_id: str
    from_committee_id: str
    to_committee_id: str
    to_branch_id: str
    letter_number: str | None
    accepted_at: datetime
    receipt_due_at: datetime
    parties: tuple[InterestedParty, ...]
    from_area_code: str | None = None
    to_area_code: str | None = None
    inquiry: str | None = None


class MembershipConfirmed(TransferEvent):
    """The registry's roll now has the member in the accepted branch."""

    type = "membership-confirmed"

    organisation_id: str
    moved_at: datetime


class ReceiptReturned(TransferEvent):
    """The 回执 came back."""

    type = "receipt-returned"

    returned_by: str
    returned_at: datetime


class MemberTransferredOut(TransferEvent):
    """A committee outside our tree took the member in, as its 回执 says; from now on the roll is theirs."""

    type = "member-transferred-out"

    from_branch_id: str
    from_committee_id: str
    to_committee_id: str
    to_area_code: str
    receipt_reference: str
    accepted_on: date
    recorded_at: datetime


class TransferCompleted(TransferEvent):
    """Accepted, moved and receipted."""

    type = "transfer-completed"

    completed_at: datetime


class TransferClassified(TransferEvent):
    """The outcome, told once, a fixed time after the start; what comes later does not change it (domain §2.4)."""

    type = "transfer-classified"

    outcome: Outcome
    detail: str
    requested_at: datetime
    classified_at: datetime
