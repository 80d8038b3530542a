"""接收 and 退回: the receiver takes the member in, or says why not."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.mobility.domain.parties import InterestedParty
from services.mobility.domain.transfer.commands import AcceptTransfer, AssignBranch, HoldTransfer, RejectTransfer
from services.mobility.domain.transfer.events import (
    BranchAssigned,
    CommitteeAccepted,
    TransferAccepted,
    TransferHeld,
    TransferRejected,
)
from services.mobility.domain.transfer.policy import NEW_MEMBER_MONTHS, RECEIPT_MONTHS
from services.mobility.domain.transfer.refusals import not_yours, reason_missing, wrong_status
from services.mobility.domain.transfer.state import Acceptance, Admission, Rejection, Transfer
from services.mobility.domain.transfer.turn import hand_to
from shared.kernel.calendar import add_months
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


def accept(command: AcceptTransfer, state: Transfer) -> Sequence[DomainEvent]:
    """The one decision that moves a membership, made once, by the receiver, on the current letter (domain T3).

    Without a branch the committee accepts, keeps the turn and names the branch next (domain T16); the member stays at the
    source until then. The receipt is due one calendar month after the committee's acceptance (domain T8).
    Errors: `transfer-<status>`, `not-your-turn`, `outside-destination`, `inquiry-missing`, `same-branch`,
    `branch-elsewhere`, `parties-incomplete`, and those of the letter.
    """
    asked, at = state.asked, command.accepted_at
    if command.accepted_by == state.receiver and _accepted_already(command, state):
        return []
    if state.status not in ("awaiting_acceptance", "held"):
        raise wrong_status(state, "accepted")
    if asked.outside is not None:
        raise Refused(
            "outside-destination",
            f"{asked.outside.name} is not in our tree, so nobody accepts for it here",
            remedy="enter its 回执 when it comes, or reject with what it wrote",
        )
    if command.accepted_by != state.receiver:
        raise not_yours(command.accepted_by, state.receiver, "accepted")
    _check_letter(command.letter_number, at, state)
    if asked.recently_admitted and not command.inquiry:
        raise Invalid(
            "inquiry-missing",
            f"the member was admitted less than {NEW_MEMBER_MONTHS} months before leaving",
            remedy="inquire at the source and say what came of it; in doubt hold the case and ask the county department",
            where="inquiry",
        )
    if command.branch_id is None:
        accepted = CommitteeAccepted(
            transfer_id=asked.transfer_id,
            member_id=asked.member_id,
            to_committee_id=asked.to_committee_id,
            letter_number=command.letter_number,
            accepted_at=at,
            inquiry=command.inquiry,
        )
        return [accepted, hand_to(state.receiver, "assign_branch", asked, at)]
    _check_branch(command.branch_id, command.branch_committee_id, state)
    admission = Admission(command.letter_number, at, command.inquiry)
    return _moved_in(state, admission, command.branch_id, command.parties, command.to_area_code, at)


def assign(command: AssignBranch, state: Transfer) -> Sequence[DomainEvent]:
    """The branch of a member whom the committee has accepted; this is what moves the membership.

    Errors: `transfer-<status>`, `not-your-turn`, `same-branch`, `branch-elsewhere`, `parties-incomplete`.
    """
    asked, admission = state.asked, state.admission
    if admission and state.acceptance == Acceptance(command.branch_id, admission.letter_number):
        return []
    if state.status != "admitted" or admission is None:
        raise wrong_status(state, "given a branch")
    if command.assigned_by != state.receiver:
        raise not_yours(command.assigned_by, state.receiver, "given a branch")
    _check_branch(command.branch_id, command.branch_committee_id, state)
    assigned = BranchAssigned(
        transfer_id=asked.transfer_id,
        member_id=asked.member_id,
        to_committee_id=asked.to_committee_id,
        branch_id=command.branch_id,
        assigned_at=command.assigned_at,
    )
    moved = _moved_in(state, admission, command.branch_id, command.parties, command.to_area_code, command.assigned_at)
    return [assigned, *moved]


def hold(command: HoldTransfer, state: Transfer) -> Sequence[DomainEvent]:
    """暂缓: the dossier is doubtful, so the receiver looks into it, for a time that is limited (domain T5).

    The letter counts as presented on that day and does not run out meanwhile. It is held once: whoever is still in doubt
    after that accepts, or rejects with a reason.
    Errors: `transfer-<status>`, `not-your-turn`, `reason-missing`, and those of the letter.
    """
    asked, at = state.asked, command.held_at
    if state.status == "held" and state.held == command.text:
        return []
    if state.status != "awaiting_acceptance":
        raise wrong_status(state, "held")
    if asked.outside is not None or command.held_by != state.receiver:
        raise not_yours(command.held_by, state.receiver if asked.outside is None else None, "held")
    if not command.text:
        raise reason_missing("text")
    _check_letter(command.letter_number, at, state)
    until = at + timedelta(days=asked.policy.dossier_hold_days)
    held = TransferHeld(
        transfer_id=asked.transfer_id,
        member_id=asked.member_id,
        held_by=command.held_by,
        text=command.text,
        held_at=at,
        until=until,
    )
    return [held, hand_to(state.receiver, "check_dossier", asked, at, until)]


def _accepted_already(command: AcceptTransfer, state: Transfer) -> bool:
    if command.branch_id is None:
        return state.admission is not None and state.admission.letter_number == command.letter_number
    return state.acceptance == Acceptance(command.branch_id, command.letter_number)


def _moved_in(
    state: Transfer,
    admission: Admission,
    branch_id: str,
    parties: tuple[InterestedParty, ...],
    to_area_code: str | None,
    at: datetime,
) -> list[DomainEvent]:
    _check_parties(parties)
    asked = state.asked
    due_at = add_months(admission.at, RECEIPT_MONTHS)
    accepted = TransferAccepted(
        transfer_id=asked.transfer_id,
        member_id=asked.member_id,
        from_branch_id=asked.from_branch_id,
        from_committee_id=asked.from_committee_id,
        to_committee_id=asked.to_committee_id,
        to_branch_id=branch_id,
        letter_number=admission.letter_number,
        accepted_at=at,
        receipt_due_at=due_at,
        parties=parties,
        from_area_code=asked.from_area_code,
        to_area_code=to_area_code or asked.to_area_code,
        inquiry=admission.inquiry,
    )
    return [accepted, hand_to(state.receiver, "return_receipt", asked, at, due_at)]


def reject(command: RejectTransfer, state: Transfer) -> Sequence[DomainEvent]:
    """Whoever has the turn may say no: a step of the path, or the receiver. The case then lies with the source.

    Errors: `transfer-<status>`, `not-your-turn`, `reason-missing` (domain T4).
    """
    asked, at = state.asked, command.rejected_at
    if state.rejection == Rejection(command.rejected_by, command.reason_code, command.text):
        return []
    if state.status not in ("approving", "awaiting_acceptance", "held"):
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
    return [rejected, hand_to(state.source, "resolve_rejection", asked, at)]


def _check_letter(number: str | None, at: datetime, state: Transfer) -> None:
    """Errors (`Refused`): `letter-voided`, `letter-not-current`, `void-not-heard`, `letter-expired` (whether a timer fired
    or not; a letter that is held was presented in time).
    """
    if number in state.voided:
        raise Refused("letter-voided", f"{number} is void", remedy="present the letter that replaced it")
    if number != (state.letter.number if state.letter else None):
        raise Refused(
            "letter-not-current",
            f"{number or 'no letter'} was presented, which is not the one of this transfer",
            remedy="present the current letter" if state.letter else "accept without a letter",
        )
    if state.unheard_void is not None:
        raise Refused(
            "void-not-heard",
            f"{state.unheard_void} became void, and the receiver has not acknowledged that yet",
            remedy="acknowledge the void number first; then the new letter can be used",
        )
    if state.letter and state.status != "held" and at > state.letter.valid_until:
        raise Refused(
            "letter-expired",
            f"{state.letter.number} was valid until {state.letter.valid_until.isoformat()}",
            remedy="ask the source committee to reissue it",
        )


def _check_branch(branch_id: str, committee_id: str | None, state: Transfer) -> None:
    """Errors: `same-branch`, `branch-elsewhere`. The receiver chooses: the requested branch is only a wish (T16)."""
    if branch_id == state.asked.from_branch_id:
        raise Invalid("same-branch", "the member is there already", remedy="name another branch", where="branch_id")
    if committee_id not in (state.asked.to_committee_id, state.receiver):
        raise Refused(
            "branch-elsewhere",
            f"{branch_id} does not belong to {state.receiver}",
            remedy="name one of its branches",
        )


def _check_parties(parties: tuple[InterestedParty, ...]) -> None:
    """Errors: `parties-incomplete`. Without the member and both branches nobody would be told of the move."""
    roles = {party.role for party in parties}
    unique = len({party.party_id for party in parties}) == len(parties)
    if not unique or not {"member", "origin_branch", "destination_branch"} <= roles:
        raise Invalid(
            "parties-incomplete",
            "the member and both branches must be among the interested parties, each once",
            remedy="compute them from the tree as it is now",
            where="parties",
        )
