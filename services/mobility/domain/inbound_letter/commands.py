"""What is asked about a letter from outside. The stream is that of the letter; facts of the roll come along."""

from datetime import date

from pydantic import AwareDatetime, Field

from services.mobility.domain.inbound_letter.events import PaperCarrying
from services.mobility.domain.terms import RejectionReason
from services.mobility.domain.transfer.outside import OutsideCommittee
from shared.kernel.event import Command


class RegisterLetter(Command):
    """A member came with this letter. `due_at` is when the committee should have answered it."""

    letter_id: str
    committee_id: str
    superior_id: str | None
    outside: OutsideCommittee
    letter_number: str
    valid_until: date
    dues_paid_to: str = Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")
    carrying: PaperCarrying
    registered_by: str
    due_at: AwareDatetime
    registered_at: AwareDatetime


class AcceptLetter(Command):
    """The member was entered in the registry's roll as `member_id`; `roll_branch_id` is where the roll has them now."""

    member_id: str
    branch_id: str
    roll_branch_id: str | None
    branch_committee_id: str
    accepted_by: str
    accepted_at: AwareDatetime


class RejectLetter(Command):
    """With a coded reason and words (domain T4)."""

    reason_code: RejectionReason
    text: str
    rejected_by: str
    rejected_at: AwareDatetime


class SendReceipt(Command):
    """The 回执 leaves; `reference` proves it (a posting number, or who took it along)."""

    reference: str
    carrying: PaperCarrying
    sent_on: date
    sent_by: str
    sent_at: AwareDatetime


class MarkSilent(Command):
    """Made by a timer that was set for `due_at`."""

    due_at: AwareDatetime


LetterCommand = RegisterLetter | AcceptLetter | RejectLetter | SendReceipt | MarkSilent
