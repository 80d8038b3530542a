"""提出转接: which transfers may be asked for at all."""

from collections.abc import Sequence
from typing import Final

from services.mobility.domain.approval_path import check_scope
from services.mobility.domain.dues import check_dues
from services.mobility.domain.transfer.commands import RequestTransfer
from services.mobility.domain.transfer.events import TransferRequested
from services.mobility.domain.transfer.legs import check_carrying
from services.mobility.domain.transfer.policy import NEW_MEMBER_MONTHS
from services.mobility.domain.transfer.refusals import reason_missing
from services.mobility.domain.transfer.state import Transfer
from services.mobility.domain.transfer.turn import hand_to
from shared.kernel.calendar import add_months, local_date
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent

_COMPUTED: Final = {
    "approval_path", "superiors", "policy", "requested_at", "recently_admitted", "from_area_code", "to_area_code",
}  # fmt: skip
"""Not said by whoever asks, and not the same when the tree or the configuration changed before the repeat."""


def request(command: RequestTransfer, state: Transfer) -> Sequence[DomainEvent]:
    """Errors: `transfer-exists`, and those of the checks below. The member's case is opened in the same transaction."""
    requested = TransferRequested(**command.model_dump(exclude={"facts"}), recently_admitted=_admitted_lately(command))
    if state.request is not None:
        if state.request.model_dump(exclude=_COMPUTED) == requested.model_dump(exclude=_COMPUTED):
            return []
        raise Refused("transfer-exists", "another request has this id", remedy="choose a new id for a new transfer")
    _check_form(command)
    _check_endpoints(command)
    _check_member(command)
    if requested.approval_path:  # of one that leaves our tree never empty: it begins with the source
        turn = hand_to(requested.approval_path[0], "approve", requested, requested.requested_at)
    else:
        turn = hand_to(requested.to_committee_id, "accept", requested, requested.requested_at)
    return [requested, turn]


def _check_form(command: RequestTransfer) -> None:
    """Errors: `reason-missing`, `same-branch`, `dues-ahead`, `scope-mismatch`, `outside-scope`, `path-mismatch`,
    `resent-itself`, or those of the policy and of how it is carried.
    """
    command.policy.check()
    check_scope(command.from_committee_id, command.to_committee_id, command.scope)
    check_carrying(command.scope, command.carrying, command.outside is not None)
    if command.outside is not None and (command.scope not in ("national", "special") or command.to_branch_id):
        raise Invalid(
            "outside-scope",
            "a committee outside our tree is reached by a national or special transfer, and names the branch itself",
            remedy="give the scope national or special and no branch; write the branch into the reason",
            where="scope",
        )
    if not command.reason:
        raise reason_missing("reason")
    check_dues(command.dues_paid_to, command.requested_at, "dues_paid_to")
    if command.to_branch_id == command.from_branch_id:
        raise Invalid("same-branch", "the member is there already", remedy="name another branch", where="to_branch_id")
    if command.resent_of == command.transfer_id:
        raise Invalid("resent-itself", "a transfer cannot correct itself", remedy="give it a new id", where="resent_of")
    path = command.approval_path
    expected_start = () if command.scope == "within_committee" else (command.from_committee_id,)
    if path[:1] != expected_start or len(set(path)) < len(path) or command.to_committee_id in path:
        raise Invalid(
            "path-mismatch",
            "the approval path does not fit the endpoints",
            remedy="compute it from the tree as it is now",
            where="approval_path",
        )


def _check_endpoints(command: RequestTransfer) -> None:
    """Errors: `branch-elsewhere`; `not-an-endpoint` for a committee that cannot approve 预备党员 (domain T2)."""
    facts = command.facts
    if facts.from_branch_committee_id != command.from_committee_id:
        raise _elsewhere(command.from_branch_id, command.from_committee_id)
    if command.to_branch_id is not None and facts.to_branch_committee_id != command.to_committee_id:
        raise _elsewhere(command.to_branch_id, command.to_committee_id)
    endpoints = {
        command.from_committee_id: facts.from_committee_can_approve,
        command.to_committee_id: facts.to_committee_can_approve,
    }
    for committee, can_approve in endpoints.items():
        # Inside one committee no letter travels, so the capability to send and receive it is not asked for.
        if not can_approve and command.scope != "within_committee":
            raise Refused(
                "not-an-endpoint",
                f"{committee} cannot approve probationary members, so it neither sends nor receives",
                remedy="name the committee above it that can",
            )


def _check_member(command: RequestTransfer) -> None:
    """Errors: `member-elsewhere`, `member-lost` (domain T23), `probation-ended` (domain T21: 转正 comes first),
    `examination-missing` (T21: the receiver decides on 转正, and has nothing else to decide it by).
    """
    facts = command.facts
    if facts.member_branch_id != command.from_branch_id:
        raise Refused(
            "member-elsewhere",
            f"the membership is in {facts.member_branch_id}, not in {command.from_branch_id}",
            remedy="let the branch that has the member ask",
        )
    if facts.member_lost:
        raise Refused("member-lost", "a member out of contact cannot be transferred", remedy="restore contact first")
    ends_on = facts.probation_ends_on
    if facts.probationary and ends_on is not None and ends_on <= local_date(command.requested_at):
        raise Refused(
            "probation-ended",
            f"the probation ended on {ends_on}",
            remedy="the source decides on full membership before the member moves",
        )
    # Within one committee the record stays where it is.
    demanded = command.policy.examination_demanded and command.scope != "within_committee"
    if facts.probationary and demanded and command.examination_record is None:
        raise Invalid(
            "examination-missing",
            "the probation is not over, and the record of the examination so far travels with the member",
            remedy="give the id of the record of 培养考察",
            where="examination_record",
        )


def _admitted_lately(command: RequestTransfer) -> bool:
    """Whether the receiver has to inquire (突击发展, domain T22): admitted less than three months before leaving."""
    admitted_on = command.facts.admitted_on
    return admitted_on is not None and local_date(command.requested_at) < add_months(admitted_on, NEW_MEMBER_MONTHS)


def _elsewhere(branch_id: str, committee_id: str) -> Refused:
    return Refused(
        "branch-elsewhere",
        f"{branch_id} does not belong to {committee_id}",
        remedy="name a branch of that committee",
    )
