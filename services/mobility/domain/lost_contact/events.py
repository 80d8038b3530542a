"""失联: what was tried, what was proposed to whom, and what a named body decided (domain §1.4)."""

from datetime import date, datetime
from typing import Literal

from shared.kernel.event import DomainEvent
from shared.kernel.sealed import SealedWords

Proposal = Literal["stop_membership", "remove", "cancel_qualification", "restore"]
"""停止党籍, 按自行脱党除名, 取消预备党员资格, 恢复党籍."""


SearchEnd = Literal["transferred", "left_the_roll"]


class LossEvent(DomainEvent):
    """Whose; the stream is the member's."""

    member_id: str


class ContactLost(LossEvent):
    """Out of contact since a day. The branch searches; nothing follows from this by itself."""

    type = "contact-lost"

    branch_id: str
    committee_id: str
    superior_id: str | None
    probationary: bool
    lost_since: date
    person_id: str
    reported_by: str
    reported_at: datetime


class SearchLogged(LossEvent):
    """One way that was tried."""

    type = "search-logged"

    search_id: str
    way: Literal["phone", "family", "visit", "employer", "public_notice", "other"]
    text: SealedWords
    searched_by: str
    searched_at: datetime


class LossProposed(LossEvent):
    """A time is over, or the member asks to come back: the named body has to look at it, and decides."""

    type = "loss-proposed"

    proposal: Proposal
    branch_id: str
    body_id: str
    due_at: datetime
    escalate_at: datetime
    proposed_at: datetime


class LossProposalOverdue(LossEvent):
    """The body has not decided; its superior knows. It stays with the body."""

    type = "loss-proposal-overdue"

    proposal: Proposal
    branch_id: str
    body_id: str
    superior_id: str
    due_at: datetime


class LossDecided(LossEvent):
    """A decision: which body, which person signs, on which day, who approved, and why."""

    type = "loss-decided"

    proposal: Proposal
    agreed: bool
    branch_id: str
    decided_by: str
    approved_by: str
    person_id: str
    decided_on: date
    text: SealedWords
    ask_again_at: datetime | None
    decided_at: datetime


class ContactRestored(LossEvent):
    """The member was found, or came back."""

    type = "contact-restored"

    branch_id: str
    restored_on: date
    application_document: str | None
    recorded_by: str
    recorded_at: datetime


class SearchEnded(LossEvent):
    """Nothing is left to search for or to decide: somebody took the member in, or the membership ended otherwise."""

    type = "search-ended"

    reason: SearchEnd
    ended_at: datetime
