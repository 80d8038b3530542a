"""接收 and 退回: the receiver takes the member in, or says why not."""

from collections.abc import Sequence

from services.mobility.domain.transfer.commands import AcceptTransfer, RejectTransfer
from services.mobility.domain.transfer.events import TransferAccepted, TransferRejected
from services.mobility.domain.transfer.policy import RECEIPT_MONTHS
from services.mobility.domain.transfer.refusals import not_yours, reason_missing, wrong_status
from services.mobility.domain.transfer.state import Acceptance, Rejection, Transfer
from services.mobility.domain.transfer.turn import hand_to
from shared.kernel.calendar import add_months
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


def accept(command: AcceptTransfer, state: Transfer) -> Sequence[DomainEvent]:
    """The one decision that moves a membership, made once, by the receiver, on the current letter (domain T3).

    The receipt is due one calendar month later (domain T8).
    Errors: `transfer-<status>`, `not-your-turn`, `same-branch`, `branch-elsewhere`, `parties-incomplete`, and those of
    the letter.
    """
    asked, at = state.asked, command.accepted_at
    acceptance = Acceptance(branch_id=command.branch_id, letter_number=command.letter_number)
    if state.acceptance == acceptance and command.accepted_by == asked.to_committee_id:
        return []
    if state.status != "awaiting_acceptance":
        raise wrong_status(state, "accepted")
    if command.accepted_by != asked.to_committee_id:
        raise not_yours(command.accepted_by, asked.to_committee_id, "accepted")
    _check_letter(command, state)
    _check_branch(command, state)
    _check_parties(command)
    due_at = add_months(at, RECEIPT_MONTHS)
    accepted = TransferAccepted(
        transfer_id=asked.transfer_id,
        member_id=asked.member_id,
        from_branch_id=asked.from_branch_id,
        from_committee_id=asked.from_committee_id,
        to_committee_id=asked.to_committee_id,
        to_branch_id=command.branch_id,
        letter_number=command.letter_number,
        accepted_at=at,
        receipt_due_at=due_at,
        parties=command.parties,
    )
    return [accepted, hand_to(asked.to_committee_id, "return_receipt", asked, at, due_at)]


def reject(command: RejectTransfer, state: Transfer) -> Sequence[DomainEvent]:
    """Whoever has the turn may say no: a step of the path, or the receiver. The case then lies with the source.

    Errors: `transfer-<status>`, `not-your-turn`, `reason-missing` (domain T4).
    """
    asked, at = state.asked, command.rejected_at
    if state.rejection == Rejection(command.rejected_by, command.reason_code, command.text):
        return []
    if state.status not in ("approving", "awaiting_acceptance"):
        raise wrong_status(state, "rejected")
    if command.rejected_by != state.holder:
        raise not_yours(command.rejected_by, state.holder, "rejected")
    if not command.text:
        raise reason_missing("text")
    rejected = TransferRejected(
        transfer_id=asked.transfer_id,
        member_id=asked.member_id,
        rejected_by=command.rejected_by,
        reason_code=command.reason_code,
        text=command.text,
        rejected_at=at,
    )
    return [rejected, hand_to(asked.from_committee_id, "resolve_rejection", asked, at)]


def _check_letter(command: AcceptTransfer, state: Transfer) -> None:
    """Errors (`Refused`): `letter-voided`, `letter-not-current`, `letter-expired` (whether a timer fired or not)."""
    if command.letter_number in state.voided:
        raise Refused("letter-voided", f"{command.letter_number} is void", remedy="present the letter that replaced it")
    if command.letter_number != (state.letter.number if state.letter else None):
        raise Refused(
            "letter-not-current",
            f"{command.letter_number or 'no letter'} was presented, which is not the one of this transfer",
            remedy="present the current letter" if state.letter else "accept without a letter",
        )
    if state.letter and command.accepted_at > state.letter.valid_until:
        raise Refused(
            "letter-expired",
            f"{state.letter.number} was valid until {state.letter.valid_until.isoformat()}",
            remedy="ask the source committee to reissue it",
        )


def _check_branch(command: AcceptTransfer, state: Transfer) -> None:
    """Errors: `same-branch`, `branch-elsewhere`. The receiver chooses: the requested branch is only a wish (T16)."""
    if command.branch_id == state.asked.from_branch_id:
        raise Invalid("same-branch", "the member is there already", remedy="name another branch", where="branch_id")
    if command.branch_committee_id != state.asked.to_committee_id:
        raise Refused(
            "branch-elsewhere",
            f"{command.branch_id} does not belong to {state.asked.to_committee_id}",
            remedy="name one of its branches",
        )


def _check_parties(command: AcceptTransfer) -> None:
    """Errors: `parties-incomplete`. Without the member and both branches nobody would be told of the move."""
    roles = {party.role for party in command.parties}
    unique = len({party.party_id for party in command.parties}) == len(command.parties)
    if not unique or not {"member", "origin_branch", "destination_branch"} <= roles:
        raise Invalid(
            "parties-incomplete",
            "the member and both branches must be among the interested parties, each once",
            remedy="compute them from the tree as it is now",
            where="parties",
        )
