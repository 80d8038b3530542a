"""What happened to a transfer. Names and fields are those of the published language; what it lacks stays inside."""

from datetime import date, datetime
from typing import Literal

from services.mobility.domain.parties import InterestedParty
from services.mobility.domain.terms import Carrying, Fault, Leg, LegStep, Outcome, RejectionReason, Task, TransferScope
from services.mobility.domain.transfer.outside import OutsideCommittee
from services.mobility.domain.transfer.policy import TransferPolicy
from shared.kernel.event import DomainEvent


class TransferEvent(DomainEvent):
    """Every event of a transfer says which one and whose; the member is what its order is kept by."""

    transfer_id: str
    member_id: str


class TransferRequested(TransferEvent):
    """Asked for. Path, superiors and policy are frozen here (domain T17, §5.4.4)."""

    type = "transfer-requested"

    from_branch_id: str
    from_committee_id: str
    to_committee_id: str
    to_branch_id: str | None
    scope: TransferScope
    reason: str
    dues_paid_to: str
    approval_path: tuple[str, ...]
    superiors: dict[str, str]
    policy: TransferPolicy
    requested_at: datetime
    resent_of: str | None = None
    carrying: Carrying = "electronic"
    outside: OutsideCommittee | None = None
    recently_admitted: bool = False
    from_area_code: str | None = None
    to_area_code: str | None = None
    examination_record: str | None = None


class TransferApproved(TransferEvent):
    """Step `step` of the path, counted from 1, said yes."""

    type = "transfer-approved"

    organisation_id: str
    step: int
    approved_at: datetime


class LetterIssued(TransferEvent):
    """The 介绍信 exists and can be presented until `valid_until`, the end of its last day."""

    type = "letter-issued"

    letter_number: str
    issued_by: str
    issued_at: datetime
    valid_until: datetime


class LetterVoided(TransferEvent):
    """作废: nobody may accept on this number any more (domain T11)."""

    type = "letter-voided"

    letter_number: str
    reason: Literal["expired", "lost"]
    voided_at: datetime


class LetterReissued(TransferEvent):
    """补开: a new letter in the place of `replaces`."""

    type = "letter-reissued"

    letter_number: str
    replaces: str
    issued_by: str
    issued_at: datetime
    valid_until: datetime
    fault: Fault | None = None


class VoidAcknowledged(TransferEvent):
    """The receiver has heard that this number is void (domain T11)."""

    type = "void-acknowledged"

    letter_number: str
    heard_by: str
    heard_at: datetime


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


class LegRecorded(TransferEvent):
    """One way of the case made a step (domain T14). Two ways are one case: none of this moves anybody."""

    type = "leg-recorded"

    leg: Leg
    step: LegStep
    recorded_by: str
    reference: str
    recorded_at: datetime


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


class OrganisationReplaced(TransferEvent):
    """An organisation of the case was dissolved; its superior does what it had to do."""

    type = "organisation-replaced"

    organisation_id: str
    heir_id: str
    replaced_at: datetime


class MembershipInDoubt(TransferEvent):
    """Six months since a letter, and nobody took the member in. `body_id` has to look into it; nothing is decided."""

    type = "membership-in-doubt"

    letter_number: str
    body_id: str
    since: datetime


class TransferClassified(TransferEvent):
    """The outcome, told once, a fixed time after the start; what comes later does not change it (domain §2.4)."""

    type = "transfer-classified"

    outcome: Outcome
    detail: str
    requested_at: datetime
    classified_at: datetime


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


class TransferRejected(TransferEvent):
    """Somebody said no, and why. It now lies with the source."""

    type = "transfer-rejected"

    rejected_by: str
    reason_code: RejectionReason
    text: str
    rejected_at: datetime


class TransferWithdrawn(TransferEvent):
    """The source took it back before anybody approved it."""

    type = "transfer-withdrawn"

    withdrawn_at: datetime


class TransferExpired(TransferEvent):
    """The letter ran out unanswered; the membership stays where it is, and the source has to act (domain T10)."""

    type = "transfer-expired"

    letter_number: str
    expired_at: datetime


class ReceiptReturned(TransferEvent):
    """The 回执 came back."""

    type = "receipt-returned"

    returned_by: str
    returned_at: datetime


class MembershipConfirmed(TransferEvent):
    """The registry's roll now has the member in the accepted branch."""

    type = "membership-confirmed"

    organisation_id: str
    moved_at: datetime


class TransferCompleted(TransferEvent):
    """Accepted, moved and receipted."""

    type = "transfer-completed"

    completed_at: datetime


class TransferClosed(TransferEvent):
    """The source ended a rejected or expired transfer; the member stays."""

    type = "transfer-closed"

    closed_by: str
    text: str
    closed_at: datetime


class TransferResent(TransferEvent):
    """A corrected transfer took the place of this one."""

    type = "transfer-resent"

    resent_as: str
    resent_at: datetime


class CaseEvent(DomainEvent):
    """About whose turn it is; `case_id` is the id of the transfer."""

    case_id: str
    member_id: str


class HolderChanged(CaseEvent):
    """轮到谁: who has to act, by when, and when silence goes to the superior."""

    type = "holder-changed"

    holder_id: str
    task: Task
    due_at: datetime
    escalate_at: datetime


class CaseOverdue(CaseEvent):
    """The holder did not act in time."""

    type = "case-overdue"

    holder_id: str
    task: Task
    due_at: datetime


class CaseEscalated(CaseEvent):
    """A superior of a silent holder knows. The turn stays where it is: only the holder can do the task.

    `next_at` is when the one above learns of it too; nobody stands above the last resort, which has none.
    """

    type = "case-escalated"

    holder_id: str
    superior_id: str
    task: Task
    next_at: datetime | None = None


ENDINGS = (TransferCompleted, TransferWithdrawn, TransferClosed, TransferResent)
"""After one of these nobody has to act any more, and the member's case is closed."""
