"""One planned relocation (组织关系转接): who moves from where to where, and how each attempt ends."""

from dataclasses import dataclass
from enum import StrEnum


class RelocationReason(StrEnum):
    """转接事由: what makes the transfer due (domain §1.1 T1)."""

    WORK_UNIT_CHANGED = "work_unit_changed"
    """工作单位变动."""
    RESIDENCE_CHANGED = "residence_changed"
    """经常居住地变动."""
    AWAY_SIX_MONTHS = "away_six_months"
    """外出六个月以上且地点相对固定."""


class Outcome(StrEnum):
    """What the receiving committee does with an attempt."""

    ACCEPTED = "accepted"
    """接收."""
    REJECTED = "rejected"
    """退回, with a reason: it may not refuse without one (domain §1.1 T4)."""
    EXPIRED = "expired"
    """逾期: it never answers."""


class RejectReason(StrEnum):
    """退回原因."""

    WRONG_DESTINATION = "wrong_destination"
    """接收党组织有误: sent to a committee that the member does not belong to."""
    NOT_AT_DESTINATION = "not_at_destination"
    """查无此人: the member is not known to work or live there."""
    LETTER_INCORRECT = "letter_incorrect"
    """介绍信信息有误."""
    DUES_UNCLEAR = "dues_unclear"
    """党费缴纳情况不清."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sending of the transfer to one committee."""

    committee_key: str
    outcome: Outcome
    reject_reason: RejectReason | None = None
    remark: str = ""
    """What the receiver writes with a rejection."""


@dataclass(frozen=True, slots=True)
class Relocation:
    """A member's way from branch to branch; committees are the endpoints (domain §1.1 T2), the branch follows (T16)."""

    key: str
    member_key: str
    origin_branch_key: str
    origin_committee_key: str
    destination_committee_key: str
    """Where the member truly goes."""
    destination_branch_key: str
    reason: RelocationReason
    dues_paid_to: str
    """党费缴至, `YYYY-MM` (domain §1.1 T6)."""
    attempts: tuple[Attempt, ...]
    """In the order they are made; one, unless the first went to the wrong committee."""

    @property
    def outcome(self) -> Outcome:
        """How it ends."""
        return self.attempts[-1].outcome
