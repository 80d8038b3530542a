"""What can be asked of a transfer (组织关系转接). Facts that a decision needs come along, read from the read models.

Instants are aware; identifiers are the registry's. All but `RequestTransfer` are addressed by the stream they go to.
"""

from datetime import date

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.mobility.domain.parties import InterestedParty
from services.mobility.domain.terms import RejectionReason, TransferScope
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


class RequestTransfer(Command):
    """Ask for a transfer. `superiors` maps each organisation that may hold the case to its superior.

    `dues_paid_to` is the last month of paid 党费 as YYYY-MM (domain T6). `resent_of` cites the rejected or expired
    transfer that this one corrects.
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


class ApproveStep(Command):
    """One committee of the path says yes. The last one brings the number of the letter that is issued by it."""

    organisation_id: str
    approved_at: AwareDatetime
    letter_number: str | None = None


class AcceptTransfer(Command):
    """The receiver takes the member into one of its branches. `letter_number` is the letter presented, if one exists.

    `branch_committee_id` is the fact whose branch it is; `parties` are those computed for this very branch.
    """

    accepted_by: str
    branch_id: str
    branch_committee_id: str
    letter_number: str | None
    parties: tuple[InterestedParty, ...]
    accepted_at: AwareDatetime


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
    | MarkOverdue
    | EscalateCase
    | ExpireTransfer
)
