"""What can be asked of a lost contact (失联)."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from services.mobility.domain.lost_contact.events import Proposal, SearchEnd
from shared.kernel.event import Command
from shared.kernel.sealed import SealedWords


class ReportLoss(Command):
    """The branch says since when nobody has reached the member, and who searches."""

    member_id: str
    branch_id: str
    committee_id: str
    superior_id: str | None
    probationary: bool
    lost_since: date
    person_id: str
    reported_by: str
    reported_at: AwareDatetime


class LogSearch(Command):
    """One way was tried."""

    search_id: str
    way: Literal["phone", "family", "visit", "employer", "public_notice", "other"]
    text: SealedWords
    searched_by: str
    searched_at: AwareDatetime


class ProposeLoss(Command):
    """Made by a timer that was set for `due_at` and fired at `now`."""

    due_at: AwareDatetime
    now: AwareDatetime


class MarkProposalOverdue(Command):
    """Made by a timer that was set for `due_at`."""

    due_at: AwareDatetime


class DecideLoss(Command):
    """The decision about what is proposed: `decided_by` the branch or above, `approved_by` the committee or above."""

    proposal: Proposal
    agreed: bool
    decided_by: str
    approved_by: str
    person_id: str
    decided_on: date
    text: SealedWords
    decided_at: AwareDatetime


class RestoreContact(Command):
    """The member was found. After a stop it takes a written application (domain §1.4)."""

    restored_on: date
    application_document: str | None = Field(default=None, min_length=1, max_length=200)
    recorded_by: str
    recorded_at: AwareDatetime


class EndSearch(Command):
    """The member was moved, or is on no roll any more; made from what the registry says."""

    reason: SearchEnd
    ended_at: AwareDatetime


LossCommand = ReportLoss | LogSearch | ProposeLoss | MarkProposalOverdue | DecideLoss | RestoreContact | EndSearch
