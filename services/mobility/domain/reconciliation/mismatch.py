"""对账: what the source says has left, against what the target says has arrived (domain T25). Each difference explained."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

MismatchCode = Literal[
    "out-not-in",
    "in-not-out",
    "accepted-not-in-roll",
    "in-roll-not-accepted",
    "letter-expired",
    "receipt-missing",
    "outside-unanswered",
    "says-otherwise",
]

EXPLAINED: Final[Mapping[MismatchCode, tuple[str, str]]] = {
    "out-not-in": ("the letter was issued and the target has not taken the member in", "accept or reject it"),
    "in-not-out": ("the target reports a member whom nobody here sent", "find out where the member came from"),
    "accepted-not-in-roll": ("it was accepted, and the roll has the member elsewhere", "correct the roll"),
    "in-roll-not-accepted": (
        "the roll has the member at the target, and nobody accepted",
        "accept, or correct the roll",
    ),
    "letter-expired": ("the letter ran out and nothing was done since", "reissue, send again, or close it"),
    "receipt-missing": ("it was accepted more than a month ago and no receipt came back", "return the receipt"),
    "outside-unanswered": ("a committee outside has not sent its receipt", "ask it, and enter the receipt"),
    "says-otherwise": ("the target's list says it never arrived, and it was accepted here", "compare both files"),
}
"""What a code means, and what to do about it."""


class Mismatch(BaseModel):
    """One difference, and whose turn it is to clear it up. Ids only; nobody is named."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: MismatchCode
    transfer_id: str | None
    member_id: str | None
    holder_id: str | None
    explanation: str
    remedy: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """One transfer as we have it, and where the roll has the member now."""

    transfer_id: str
    member_id: str
    status: str
    from_branch_id: str
    from_committee_id: str
    to_committee_id: str
    to_branch_id: str | None
    holder_id: str | None
    outside: bool
    roll_branch_id: str | None
    letter_issued_at: datetime | None
    accepted_at: datetime | None
    receipt_due_at: datetime | None
    moved_on_since: bool = False


def mismatches(
    sent: Iterable[Sent], reported: Mapping[str, bool] | None, as_of: datetime, *, unknown: Iterable[str] = ()
) -> Iterator[Mismatch]:
    """Every difference, in the order of what was sent.

    `reported` is the target's own list: for each transfer whether it has arrived there. `unknown` are entries of that list
    that are no transfer of ours. Without a list our own record of the target is what the source is compared with.
    """
    for one in sent:
        yield from _of(one, None if reported is None else reported.get(one.transfer_id), as_of)
    for transfer_id in unknown:
        yield _mismatch("in-not-out", transfer_id, None, None, None)


def _of(one: Sent, arrived: bool | None, as_of: datetime) -> Iterator[Mismatch]:
    whose = (one.transfer_id, one.member_id, one.holder_id)
    if one.status in ("accepted", "completed") and not one.outside:
        if not one.moved_on_since and one.roll_branch_id not in (None, one.to_branch_id):
            yield _mismatch("accepted-not-in-roll", *whose, one.accepted_at)
        if arrived is False:
            yield _mismatch("says-otherwise", *whose, one.accepted_at)
        if one.status == "accepted" and one.receipt_due_at is not None and one.receipt_due_at <= as_of:
            yield _mismatch("receipt-missing", *whose, one.receipt_due_at)
    elif one.status in ("awaiting_acceptance", "held", "admitted"):
        code: MismatchCode = "outside-unanswered" if one.outside else "out-not-in"
        if arrived or (one.to_branch_id is not None and one.roll_branch_id == one.to_branch_id):
            code = "in-roll-not-accepted"
        yield _mismatch(code, *whose, one.letter_issued_at)
    elif one.status == "expired":
        yield _mismatch("letter-expired", *whose, one.letter_issued_at)
    elif arrived:
        yield _mismatch("in-not-out", *whose, None)


def _mismatch(
    code: MismatchCode, transfer_id: str | None, member_id: str | None, holder_id: str | None, since: datetime | None
) -> Mismatch:
    explanation, remedy = EXPLAINED[code]
    return Mismatch(
        code=code,
        transfer_id=transfer_id,
        member_id=member_id,
        holder_id=holder_id,
        explanation=explanation,
        remedy=remedy,
        since=since,
    )
