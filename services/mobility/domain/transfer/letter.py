"""介绍信: approved step by step, issued by the last step, expired when nobody answers, reissued by the source."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.mobility.domain.transfer.commands import ApproveStep, ExpireTransfer, ReissueLetter
from services.mobility.domain.transfer.events import (
    LetterIssued,
    LetterReissued,
    LetterVoided,
    TransferApproved,
    TransferExpired,
    TransferRequested,
)
from services.mobility.domain.transfer.refusals import not_source, not_yours, wrong_status
from services.mobility.domain.transfer.state import Transfer
from services.mobility.domain.transfer.turn import hand_to
from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


def approve(command: ApproveStep, state: Transfer) -> Sequence[DomainEvent]:
    """One step after the other; the last one issues the letter in the same decision, so that none is forgotten.

    The letter is the source committee's, whoever approved last (domain T6: the sender writes the number).
    Errors: `transfer-<status>`, `not-your-turn`, `letter-number-missing`.
    """
    asked, organisation, at = state.asked, command.organisation_id, command.approved_at
    if organisation in asked.approval_path[: state.approved]:
        return []
    if state.status != "approving":
        raise wrong_status(state, "approved")
    if organisation != state.holder:
        raise not_yours(organisation, state.holder, "approved")
    step = state.approved + 1
    whose = {"transfer_id": asked.transfer_id, "member_id": asked.member_id}
    approved = TransferApproved(**whose, organisation_id=organisation, step=step, approved_at=at)
    if step < len(asked.approval_path):
        return [approved, hand_to(asked.approval_path[step], "approve", asked, at)]
    if not command.letter_number:
        raise Invalid("letter-number-missing", "the last approval issues the letter", remedy="give its number")
    issued = LetterIssued(
        **whose,
        letter_number=command.letter_number,
        issued_by=asked.from_committee_id,
        issued_at=at,
        valid_until=valid_until(asked, at),
    )
    return [approved, issued, hand_to(asked.to_committee_id, "accept", asked, at)]


def reissue(command: ReissueLetter, state: Transfer) -> Sequence[DomainEvent]:
    """补开 of an expired or lost letter, by its issuer only; the old number is void first (domain T10, T11).

    Errors: `transfer-<status>`, `no-letter`, `not-the-source`, `letter-number-missing`, `letter-number-used`.
    """
    asked, number, at = state.asked, command.letter_number, command.issued_at
    if state.letter and state.voided and number == state.letter.number and state.status != "expired":
        return []
    if state.status not in ("awaiting_acceptance", "expired"):
        raise wrong_status(state, "given a new letter")
    if command.issued_by != asked.from_committee_id:
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
        ),
        hand_to(asked.to_committee_id, "accept", asked, at),
    ]


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
        hand_to(asked.from_committee_id, "resolve_expiry", asked, command.now),
    ]


def valid_until(request: TransferRequested, issued_at: datetime) -> datetime:
    """The end of the last day: people read a date on a letter, not an hour."""
    return end_of_day(local_date(issued_at) + timedelta(days=request.policy.letter_valid_days))
