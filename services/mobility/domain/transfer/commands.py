"""What can be asked of a transfer (组织关系转接). Facts that a decision needs come along, read from the read models.

Instants are aware; identifiers are the registry's. All but `RequestTransfer` are addressed by the stream they go to.
"""

from datetime import date

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.mobility.domain.parties import InterestedParty
from services.mobility.domain.terms import Carrying, Fault, Leg, LegStep, RejectionReason, TransferScope
from services.mobility.domain.transfer.outside import OutsideCommittee
from services.mobility.domain.transfer.policy import TransferPolicy
from shared.kernel.event import Command


class RequestFacts(BaseModel):
    """What the roll and the tree say on the day of the request.

    `member_lost` is 失联 (domain T23); `probation_ends_on` counts only while `probationary` (domain T21); a committee
    may be an endpoint when it can approve 预备党员 (domain T2).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    member_branch_id: str
    member_lost: bool
    probationary: bool
    probation_ends_on: date | None
    from_branch_committee_id: str
    to_branch_committee_id: str | None
    from_committee_can_approve: bool
    to_committee_can_approve: bool
    admitted_on: date | None = None


class RequestTransfer(Command):
    """Ask for a transfer. `superiors` maps each organisation that may hold the case to its superior.

    `dues_paid_to` is the last month of paid 党费 as YYYY-MM (domain T6). `resent_of` cites the rejected or expired
    transfer that this one corrects. `outside` is a committee that is not in our tree (非建库): then `to_committee_id` only
    names it. Areas are those of the two ends, as they are now; flows are counted by them. `examination_record` is the id of
    the 考察 record that travels with a probationary member (domain T21).
    """

    transfer_id: str
    member_id: str
    from_branch_id: str
    from_committee_id: str
    to_committee_id: str
    to_branch_id: str | None = None
    scope: TransferScope
    reason: str
    dues_paid_to: str = Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")
    approval_path: tuple[str, ...]
    superiors: dict[str, str]
    policy: TransferPolicy
    facts: RequestFacts
    requested_at: AwareDatetime
    resent_of: str | None = None
    carrying: Carrying = "electronic"
    outside: OutsideCommittee | None = None
    from_area_code: str | None = None
    to_area_code: str | None = None
    examination_record: str | None = None


class ApproveStep(Command):
    """One committee of the path says yes. The last one brings the number of the letter that is issued by it."""

    organisation_id: str
    approved_at: AwareDatetime
    letter_number: str | None = None


class AcceptTransfer(Command):
    """The receiver takes the member in. `letter_number` is the letter presented, if one exists.

    Without `branch_id` the committee accepts and names the branch later (domain T16). `branch_committee_id` is the fact
    whose branch it is; `parties` are those computed for this very branch. `inquiry` says what came of asking about a
    member who was admitted shortly before leaving (domain T22).
    """

    accepted_by: str
    branch_id: str | None
    branch_committee_id: str | None
    letter_number: str | None
    parties: tuple[InterestedParty, ...]
    accepted_at: AwareDatetime
    inquiry: str | None = None
    to_area_code: str | None = None


class AssignBranch(Command):
    """The receiving committee names the branch of a member whom it has accepted (domain T16)."""

    assigned_by: str
    branch_id: str
    branch_committee_id: str
    parties: tuple[InterestedParty, ...]
    assigned_at: AwareDatetime
    to_area_code: str | None = None


class HoldTransfer(Command):
    """暂缓: the receiver looks into the dossier, on the letter presented (domain T5: hold, not reject)."""

    held_by: str
    letter_number: str | None
    text: str
    held_at: AwareDatetime


class AcknowledgeVoid(Command):
    """The receiver has heard that this number is void; only then can the letter in its place be used (domain T11)."""

    heard_by: str
    letter_number: str
    heard_at: AwareDatetime


class RecordLeg(Command):
    """One way of a case made a step; `reference` is what proves it there (a posting number, an exchange id)."""

    leg: Leg
    step: LegStep
    recorded_by: str
    reference: str
    recorded_at: AwareDatetime


class RecordOutsideReceipt(Command):
    """The 回执 of a committee outside our tree came back; the source enters it by hand."""

    recorded_by: str
    receipt_reference: str
    accepted_on: date
    recorded_at: AwareDatetime


class ReplaceOrganisation(Command):
    """An organisation of this case was dissolved; what it had to do is up to `heir_id`, its superior."""

    organisation_id: str
    heir_id: str
    replaced_at: AwareDatetime


class RejectTransfer(Command):
    """Whoever has the turn says no, with a coded reason and words (domain T4)."""

    rejected_by: str
    reason_code: RejectionReason
    text: str
    rejected_at: AwareDatetime


class WithdrawTransfer(Command):
    """The source takes the request back (撤回, domain T18)."""

    withdrawn_by: str
    withdrawn_at: AwareDatetime


class ReissueLetter(Command):
    """The issuer replaces a letter that expired or was lost (补开, domain T10, T11); the old number becomes void."""

    issued_by: str
    letter_number: str
    issued_at: AwareDatetime
    fault: Fault | None = None


class ReturnReceipt(Command):
    """The receiving committee sends the 回执 back (domain T8)."""

    returned_by: str
    returned_at: AwareDatetime


class ConfirmMembership(Command):
    """The registry has moved the membership; made from its `MembershipMoved`."""

    organisation_id: str
    moved_at: AwareDatetime


class CloseTransfer(Command):
    """The source ends a rejected or expired transfer for good, and says why."""

    closed_by: str
    text: str
    closed_at: AwareDatetime


class ResendTransfer(Command):
    """The source replaces a rejected or expired transfer by the corrected one `resent_as`."""

    resent_by: str
    resent_as: str
    resent_at: AwareDatetime


class LapseTransfer(Command):
    """The registry says that the membership ended on that day, on that `ground`; made from its `MembershipEnded`."""

    ground: str
    ended_on: date
    lapsed_at: AwareDatetime


class MarkOverdue(Command):
    """The holder's time ran out at `due_at`; made by a timer."""

    due_at: AwareDatetime


class EscalateCase(Command):
    """The holder stayed silent until `due_at`; made by a timer."""

    due_at: AwareDatetime


class ExpireTransfer(Command):
    """The letter ran out; made by a timer that was set for `due_at` and fired at `now`."""

    due_at: AwareDatetime
    now: AwareDatetime


class DoubtMembership(Command):
    """Six months passed since the letter of `due_at`; made by a timer."""

    due_at: AwareDatetime
    now: AwareDatetime


class ClassifyTransfer(Command):
    """The time to tell the outcome has come; made by a timer."""

    due_at: AwareDatetime
    now: AwareDatetime


TransferCommand = (
    RequestTransfer
    | ApproveStep
    | AcceptTransfer
    | RejectTransfer
    | WithdrawTransfer
    | ReissueLetter
    | ReturnReceipt
    | ConfirmMembership
    | CloseTransfer
    | ResendTransfer
    | LapseTransfer
    | MarkOverdue
    | EscalateCase
    | ExpireTransfer
    | AssignBranch
    | HoldTransfer
    | AcknowledgeVoid
    | RecordLeg
    | RecordOutsideReceipt
    | ReplaceOrganisation
    | DoubtMembership
    | ClassifyTransfer
)
