"""Public events of a transfer (组织关系转接), from request to receipt."""

from datetime import date, datetime

from shared.contracts.mobility.terms import Carrying, MobilityEvent, Outcome, RejectionReason, TransferScope
from shared.contracts.parties import InterestedParty


class TransferRequested(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """A transfer was asked for. The approval path is computed from the tree now and frozen (domain T17)."""

    transfer_id: str
    member_id: str
    from_branch_id: str
    from_committee_id: str
    to_committee_id: str
    to_branch_id: str | None
    scope: TransferScope
    reason: str
    dues_paid_to: str
    approval_path: tuple[str, ...]
    requested_at: datetime
    resent_of: str | None = None
    carrying: Carrying = "electronic"
    recently_admitted: bool = False
    from_area_code: str | None = None
    to_area_code: str | None = None


class TransferApproved(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """One step of the approval path said yes."""

    transfer_id: str
    member_id: str
    organisation_id: str
    step: int
    approved_at: datetime


class LetterIssued(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """The 介绍信 was issued; it can be presented until `valid_until` (domain T6, T7)."""

    transfer_id: str
    member_id: str
    letter_number: str
    issued_by: str
    issued_at: datetime
    valid_until: datetime


class LetterVoided(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """A letter may no longer be used; the receiver hears of it before a new one can be (domain T11)."""

    transfer_id: str
    member_id: str
    letter_number: str
    reason: str
    voided_at: datetime


class LetterReissued(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """A new letter takes the place of an expired or lost one (domain T10, T11)."""

    transfer_id: str
    member_id: str
    letter_number: str
    replaces: str
    issued_by: str
    issued_at: datetime
    valid_until: datetime


class VoidAcknowledged(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """The receiver has heard that this letter is void; the one in its place can be used from now on (domain T11)."""

    transfer_id: str
    member_id: str
    letter_number: str
    heard_by: str
    heard_at: datetime


class TransferHeld(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """The receiver looks into the dossier until `until` (暂缓, domain T5); the membership stays where it is."""

    transfer_id: str
    member_id: str
    held_by: str
    text: str
    held_at: datetime
    until: datetime


class CommitteeAccepted(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """The receiving committee took the member in and has still to name the branch (domain T16). Moves nobody yet."""

    transfer_id: str
    member_id: str
    to_committee_id: str
    letter_number: str | None
    accepted_at: datetime


class BranchAssigned(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """The receiving committee named the branch of a member it had accepted; `TransferAccepted` follows."""

    transfer_id: str
    member_id: str
    to_committee_id: str
    branch_id: str
    assigned_at: datetime


class TransferAccepted(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """The receiver took the member in: the one fact that moves a membership (domain T3)."""

    transfer_id: str
    member_id: str
    from_branch_id: str
    from_committee_id: str
    to_committee_id: str
    to_branch_id: str
    accepted_at: datetime
    receipt_due_at: datetime
    parties: tuple[InterestedParty, ...]
    from_area_code: str | None = None
    to_area_code: str | None = None


class TransferRejected(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """The receiver, or a step of the path, said no, and why (domain T4: no refusal without a reason)."""

    transfer_id: str
    member_id: str
    rejected_by: str
    reason_code: RejectionReason
    text: str
    rejected_at: datetime


class TransferWithdrawn(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """The sender took the request back before anybody approved it (domain T18)."""

    transfer_id: str
    member_id: str
    withdrawn_at: datetime


class TransferExpired(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """The letter ran out unanswered. The membership stays where it is; the source has to act (domain T10)."""

    transfer_id: str
    member_id: str
    letter_number: str
    expired_at: datetime


class TransferClosed(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """The source ended a rejected or expired transfer without sending it again; the membership stayed."""

    transfer_id: str
    member_id: str
    closed_by: str
    text: str
    closed_at: datetime


class TransferResent(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """The source sent the member again, corrected, as another transfer."""

    transfer_id: str
    member_id: str
    resent_as: str
    resent_at: datetime


class TransferLapsed(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """The membership ended while the transfer was open, so nobody has to act and nobody is moved by it any more.

    `holder_id` had the turn. `ground` is that of the registry's `MembershipEnded`. An acceptance that the roll had not
    followed yet lapses with it.
    """

    transfer_id: str
    member_id: str
    holder_id: str
    from_branch_id: str
    ground: str
    ended_on: date
    lapsed_at: datetime


class ReceiptReturned(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """The 回执 came back from the receiving committee (domain T8)."""

    transfer_id: str
    member_id: str
    returned_by: str
    returned_at: datetime


class MemberTransferredOut(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """A committee outside this installation took the member in, as its 回执 says; the roll is theirs from now on."""

    transfer_id: str
    member_id: str
    from_branch_id: str
    from_committee_id: str
    to_area_code: str
    receipt_reference: str
    accepted_on: date
    recorded_at: datetime


class MembershipInDoubt(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """Six months after a letter nobody has taken the member in (domain T10). `body_id` looks into it; nothing is decided."""

    transfer_id: str
    member_id: str
    letter_number: str
    body_id: str
    since: datetime


class TransferCompleted(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """Accepted, moved and receipted: nothing is open any more between the two committees."""

    transfer_id: str
    member_id: str
    completed_at: datetime


class TransferClassified(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"):
    """How a transfer stood a fixed time after its request. `detail` is a code; a technical failure is no human slowness."""

    transfer_id: str
    member_id: str
    outcome: Outcome
    detail: str
    requested_at: datetime
    classified_at: datetime
