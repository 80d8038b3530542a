"""The state of a transfer: as much of its history as its next decision needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from services.mobility.domain.terms import Leg, LegStep, Outcome, RejectionReason, Task
from services.mobility.domain.transfer.events import TransferRequested
from shared.kernel.errors import NotFound

Status = Literal[
    "none",
    "approving",
    "awaiting_acceptance",
    "held",
    "admitted",
    "rejected",
    "expired",
    "accepted",
    "completed",
    "withdrawn",
    "closed",
    "resent",
    "lapsed",
]
TERMINAL: Final = frozenset[Status]({"completed", "withdrawn", "closed", "resent", "lapsed"})
"""Nobody holds these any more. Rejected and expired are not among them: they lie with the source until it acts."""


@dataclass(frozen=True, slots=True)
class Turn:
    """轮到谁: exactly one holder with a due time, in every state that is not terminal."""

    holder_id: str
    task: Task
    due_at: datetime
    escalate_at: datetime
    overdue: bool = False
    escalated_to: str | None = None
    at_last_resort: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """The current 介绍信."""

    number: str
    valid_until: datetime
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Into which branch, and on which letter."""

    branch_id: str
    letter_number: str | None


@dataclass(frozen=True, slots=True)
class Admission:
    """The committee accepted on this letter, then; which branch is still open. `inquiry` goes into the acceptance."""

    letter_number: str | None
    at: datetime
    inquiry: str | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """Who said no, and why."""

    rejected_by: str
    reason_code: RejectionReason
    text: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """组织关系转接. `approved` counts the steps of the path that said yes; `voided` are letter numbers of the past.

    `unheard_void` is a void number that the receiver has not acknowledged yet. `held` is what a hold was justified with.
    `heirs` says who does the tasks of organisations that were dissolved meanwhile. `ended_by` is what a closing named
    (the reason, or the transfer that took its place), so that a repeat is known.
    """

    status: Status = "none"
    request: TransferRequested | None = None
    turn: Turn | None = None
    approved: int = 0
    letter: Letter | None = None
    voided: tuple[str, ...] = ()
    unheard_void: str | None = None
    held: str | None = None
    admission: Admission | None = None
    acceptance: Acceptance | None = None
    accepted_at: datetime | None = None
    rejection: Rejection | None = None
    receipt_at: datetime | None = None
    outside_receipt: str | None = None
    moved_at: datetime | None = None
    ended_by: str | None = None
    legs: frozenset[tuple[Leg, LegStep]] = frozenset()
    heirs: Mapping[str, str] = field(default_factory=dict)
    first_letter_at: datetime | None = None
    in_doubt: bool = False
    outcome: Outcome | None = None

    @property
    def asked(self) -> TransferRequested:
        """The request. Errors: `transfer-unknown` when there was none."""
        if self.request is None:
            raise NotFound("transfer-unknown", "there is no such transfer", remedy="check its id")
        return self.request

    @property
    def holder(self) -> str | None:
        """Whose turn it is; None when nobody has to act."""
        return self.turn.holder_id if self.turn else None

    @property
    def due_at(self) -> datetime | None:
        """By when the holder has to act."""
        return self.turn.due_at if self.turn else None

    def seat(self, organisation_id: str) -> str:
        """Who does what that organisation has to do: itself, or its heir when it was dissolved meanwhile."""
        seen = {organisation_id}
        while (heir := self.heirs.get(organisation_id)) is not None and heir not in seen:
            seen.add(heir)
            organisation_id = heir
        return organisation_id

    @property
    def source(self) -> str:
        """The sending committee, or its heir."""
        return self.seat(self.asked.from_committee_id)

    @property
    def receiver(self) -> str:
        """Who answers: the receiving committee or its heir; for one outside our tree the source, which enters its word."""
        return self.source if self.asked.outside else self.seat(self.asked.to_committee_id)
