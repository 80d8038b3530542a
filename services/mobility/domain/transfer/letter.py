"""介绍信: approved step by step, issued by the last step, expired when nobody answers, reissued by the source."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from services.mobility.domain.transfer.commands import (
    AcknowledgeVoid,
    ApproveStep,
    DoubtMembership,
    ExpireTransfer,
    ReissueLetter,
)
from services.mobility.domain.transfer.events import (
    HolderChanged,
    LetterIssued,
    LetterReissued,
    LetterVoided,
    MembershipInDoubt,
    TransferApproved,
    TransferExpired,
    TransferRequested,
    VoidAcknowledged,
)
from services.mobility.domain.transfer.policy import IN_DOUBT_MONTHS
from services.mobility.domain.transfer.refusals import not_source, not_yours, wrong_status
from services.mobility.domain.transfer.state import TERMINAL, Transfer
from services.mobility.domain.transfer.turn import hand_to, last_resort
from shared.kernel.calendar import add_months, end_of_day, local_date
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


def approve(command: ApproveStep, state: Transfer) -> Sequence[DomainEvent]:
    """One step after the other; the last one issues the letter in the same decision, so that none is forgotten.

    The letter is the source committee's, whoever approved last (domain T6: the sender writes the number).
    Errors: `transfer-<status>`, `not-your-turn`, `letter-number-missing`.
    """
    asked, organisation, at = state.asked, command.organisation_id, command.approved_at
    said_yes = {seat for step in asked.approval_path[: state.approved] for seat in (step, state.seat(step))}
    if organisation in said_yes and organisation != state.holder:
        return []
    if state.status != "approving":
        raise wrong_status(state, "approved")
    if organisation != state.holder:
        raise not_yours(organisation, state.holder, "approved")
    whose = {"transfer_id": asked.transfer_id, "member_id": asked.member_id}
    done = state.approved + covered(state, organisation)
    approved = [
        TransferApproved(**whose, organisation_id=organisation, step=step, approved_at=at)
        for step in range(state.approved + 1, done + 1)
    ]
    if done < len(asked.approval_path):
        return [*approved, hand_to(state.seat(asked.approval_path[done]), "approve", asked, at)]
    if not command.letter_number:
        raise Invalid("letter-number-missing", "the last approval issues the letter", remedy="give its number")
    issued = LetterIssued(
        **whose,
        letter_number=command.letter_number,
        issued_by=asked.from_committee_id,
        issued_at=at,
        valid_until=valid_until(asked, at),
    )
    return [*approved, issued, _to_receiver(state, at)]


def covered(state: Transfer, organisation_id: str) -> int:
    """How many steps from the present one on are that organisation's: more than one when it is heir to a neighbour."""
    ahead = state.asked.approval_path[state.approved :]
    return len(list(takewhile(lambda step: state.seat(step) == organisation_id, ahead)))


def reissue(command: ReissueLetter, state: Transfer) -> Sequence[DomainEvent]:
    """补开 of an expired or lost letter, by its issuer only; the old number is void first (domain T10, T11).

    Errors: `transfer-<status>`, `no-letter`, `not-the-source`, `letter-number-missing`, `letter-number-used`.
    """
    asked, number, at = state.asked, command.letter_number, command.issued_at
    if state.letter and state.voided and number == state.letter.number and state.status != "expired":
        return []
    if state.status not in ("awaiting_acceptance", "expired"):
        raise wrong_status(state, "given a new letter")
    if command.issued_by != state.source:
        raise not_source(command.issued_by, "given a new letter")
    if state.letter is None:
        raise Refused("no-letter", "within one committee no letter travels", remedy="the committee accepts without one")
    if not number:
        raise Invalid("letter-number-missing", "a letter has a number", remedy="give its number")
    if number == state.letter.number or number in state.voided:
        raise Refused("letter-number-used", f"{number} was used before", remedy="give the letter a new number")
    whose = {"transfer_id": asked.transfer_id, "member_id": asked.member_id}
    ran_out = state.status == "expired" or at > state.letter.valid_until
    return [
        LetterVoided(**whose, letter_number=state.letter.number, reason="expired" if ran_out else "lost", voided_at=at),
        LetterReissued(
            **whose,
            letter_number=number,
            replaces=state.letter.number,
            issued_by=command.issued_by,
            issued_at=at,
            valid_until=valid_until(asked, at),
            fault=command.fault,
        ),
        # Before anything else the receiver hears of the void: two letters of one member must never both be good (T11).
        hand_to(state.receiver, "acknowledge_void", asked, at),
    ]


def acknowledge_void(command: AcknowledgeVoid, state: Transfer) -> Sequence[DomainEvent]:
    """The receiver has heard of the void; the letter in its place is usable from now on (domain T11).

    Errors: `not-your-turn`, `letter-not-void`.
    """
    asked = state.asked
    if command.letter_number not in state.voided:
        raise Refused(
            "letter-not-void",
            f"{command.letter_number} is no void letter of this transfer",
            remedy="name the number that was replaced",
            where="letter_number",
        )
    if command.heard_by != state.receiver:
        raise not_yours(command.heard_by, state.receiver, "acknowledged")
    if command.letter_number != state.unheard_void or state.status in TERMINAL:
        return []
    heard = VoidAcknowledged(transfer_id=asked.transfer_id, member_id=asked.member_id, **command.model_dump())
    return [heard, _to_receiver(state, command.heard_at)] if state.status == "awaiting_acceptance" else [heard]


def _to_receiver(state: Transfer, at: datetime) -> HolderChanged:
    """Within our tree the receiver accepts. Of one outside the source waits for the receipt, and has to ask for it."""
    asked = state.asked
    return hand_to(state.receiver, "await_outside" if asked.outside else "accept", asked, at)


def expire(command: ExpireTransfer, state: Transfer) -> Sequence[DomainEvent]:
    """Not the end of the membership, which never left the source; the source has to find out why (domain T10).

    Nothing when the transfer has moved on, or a newer letter was issued since the timer was set.
    """
    letter = state.letter
    if state.status != "awaiting_acceptance" or letter is None or letter.valid_until != command.due_at:
        return []
    asked = state.asked
    return [
        TransferExpired(
            transfer_id=asked.transfer_id,
            member_id=asked.member_id,
            letter_number=letter.number,
            expired_at=command.now,
        ),
        hand_to(state.source, "resolve_expiry", asked, command.now),
    ]


def doubt(command: DoubtMembership, state: Transfer) -> Sequence[DomainEvent]:
    """Six months after a letter that nobody answered a named body is told; the membership stays (domain T10).

    Counted from the first letter: a new one does not make the months without a branch life undone. Nothing when the
    member was taken in or the case is settled.
    """
    letter, asked, since = state.letter, state.asked, state.first_letter_at
    unsettled = state.status in ("awaiting_acceptance", "held", "expired", "rejected")
    if not unsettled or letter is None or since is None or state.in_doubt or in_doubt_at(since) != command.due_at:
        return []
    return [
        MembershipInDoubt(
            transfer_id=asked.transfer_id,
            member_id=asked.member_id,
            letter_number=letter.number,
            body_id=last_resort(asked, asked.from_committee_id),
            since=since,
        )
    ]


def in_doubt_at(issued_at: datetime) -> datetime:
    """When a letter of that day is six calendar months old."""
    return add_months(issued_at, IN_DOUBT_MONTHS)


def valid_until(request: TransferRequested, issued_at: datetime) -> datetime:
    """The end of the last day: people read a date on a letter, not an hour."""
    return end_of_day(local_date(issued_at) + timedelta(days=request.policy.letter_valid_days))
