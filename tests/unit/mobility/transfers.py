"""A small world and its commands. Two counties below a city: committees c1 and c2 in county k1, c3 in county k2; and c4
in a town of k1."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from services.mobility.domain.approval_path import compute_path, path_outward, superiors_of
from services.mobility.domain.parties import InterestedParty, RelocationFacts, Side, compute_parties
from services.mobility.domain.transfer.commands import (
    AcceptTransfer,
    AcknowledgeVoid,
    ApproveStep,
    AssignBranch,
    CloseTransfer,
    ConfirmMembership,
    HoldTransfer,
    ReissueLetter,
    RejectTransfer,
    ReplaceOrganisation,
    RequestFacts,
    RequestTransfer,
    ResendTransfer,
    ReturnReceipt,
    WithdrawTransfer,
)
from services.mobility.domain.transfer.outside import OutsideCommittee
from services.mobility.domain.transfer.policy import TransferPolicy

TREE: Final[dict[str, str | None]] = {
    "city": None,
    "k1": "city",
    "k2": "city",
    "town": "k1",
    "c1": "k1",
    "c2": "k1",
    "c4": "town",
    "c3": "k2",
    "b1": "c1",
    "b1x": "c1",
    "b2": "c2",
    "b2x": "c2",
    "b3": "c3",
    "elsewhere": None,
    "c9": "elsewhere",
    "b9": "c9",
}
POLICY: Final = TransferPolicy(letter_valid_days=30, overdue_after_days=3, escalate_after_days=8)
T0: Final = datetime(2026, 1, 30, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai."""


def at(days: float) -> datetime:
    return T0 + timedelta(days=days)


def ask(**changed: Any) -> RequestTransfer:
    """t1: member m1 from b1 (c1) to c2, in one county, so that c1 and k1 approve."""
    return RequestTransfer.model_validate(
        {
            "transfer_id": "t1",
            "member_id": "m1",
            "from_branch_id": "b1",
            "from_committee_id": "c1",
            "to_committee_id": "c2",
            "to_branch_id": "b2",
            "scope": "county",
            "reason": "new employer",
            "dues_paid_to": "2026-01",
            "approval_path": compute_path(TREE, "c1", "c2", "county"),
            "superiors": superiors_of(TREE, ["c1", "k1", "c2"]),
            "policy": POLICY,
            "facts": facts(),
            "requested_at": T0,
            **changed,
        }
    )


def ask_within(**changed: Any) -> RequestTransfer:
    """From b1 to b1x, both of committee c1: nobody approves, no letter travels."""
    return ask(
        to_committee_id="c1",
        to_branch_id="b1x",
        scope="within_committee",
        approval_path=(),
        superiors={"c1": "k1"},
        facts=facts(to_branch_committee_id="c1"),
        **changed,
    )


def facts(**changed: Any) -> RequestFacts:
    return RequestFacts.model_validate(
        {
            "member_branch_id": "b1",
            "member_lost": False,
            "probationary": False,
            "probation_ends_on": None,
            "from_branch_committee_id": "c1",
            "to_branch_committee_id": "c2",
            "from_committee_can_approve": True,
            "to_committee_can_approve": True,
            **changed,
        }
    )


def approve(organisation_id: str, day: float = 1, letter_number: str | None = None) -> ApproveStep:
    return ApproveStep(organisation_id=organisation_id, approved_at=at(day), letter_number=letter_number)


LETTER: Final = (ask(), approve("c1"), approve("k1", 2, "L-1"))
"""The letter is with the receiver since day 2."""


def parties(branch_id: str = "b2", committee_id: str = "c2", transfer_id: str = "t1") -> tuple[InterestedParty, ...]:
    origin, destination = Side("b1", "c1"), Side(branch_id, committee_id)
    return compute_parties(RelocationFacts(transfer_id, "m1", origin, destination, TREE))


def accept(day: float = 3, **changed: Any) -> AcceptTransfer:
    return AcceptTransfer.model_validate(
        {
            "accepted_by": "c2",
            "branch_id": "b2",
            "branch_committee_id": "c2",
            "letter_number": "L-1",
            "parties": parties(),
            "accepted_at": at(day),
            **changed,
        }
    )


def accept_within(day: float = 1) -> AcceptTransfer:
    changed = {"accepted_by": "c1", "branch_id": "b1x", "branch_committee_id": "c1", "letter_number": None}
    return accept(day, **changed, parties=parties("b1x", "c1"))


def reject(by: str, day: float = 3, text: str = "nobody of that name works here") -> RejectTransfer:
    return RejectTransfer(rejected_by=by, reason_code="not_known_here", text=text, rejected_at=at(day))


def withdraw(by: str = "c1", day: float = 1) -> WithdrawTransfer:
    return WithdrawTransfer(withdrawn_by=by, withdrawn_at=at(day))


def reissue(number: str = "L-2", day: float = 40, by: str = "c1") -> ReissueLetter:
    return ReissueLetter(issued_by=by, letter_number=number, issued_at=at(day))


def hold(day: float = 3, **changed: Any) -> HoldTransfer:
    said = {"held_by": "c2", "letter_number": "L-1", "text": "the date of admission differs", "held_at": at(day)}
    return HoldTransfer.model_validate(said | changed)


def assign(day: float = 4, **changed: Any) -> AssignBranch:
    place = {"branch_id": "b2", "branch_committee_id": "c2", "parties": parties()}
    return AssignBranch.model_validate({"assigned_by": "c2", "assigned_at": at(day)} | place | changed)


def admit(day: float = 3, **changed: Any) -> AcceptTransfer:
    """The committee accepts and names the branch later."""
    return accept(day, branch_id=None, branch_committee_id=None, parties=(), **changed)


def heard(number: str = "L-1", day: float = 40, by: str = "c2") -> AcknowledgeVoid:
    return AcknowledgeVoid(heard_by=by, letter_number=number, heard_at=at(day))


def replaced(organisation_id: str, heir_id: str, day: float = 2) -> ReplaceOrganisation:
    return ReplaceOrganisation(organisation_id=organisation_id, heir_id=heir_id, replaced_at=at(day))


def ask_outside(**changed: Any) -> RequestTransfer:
    """t1: m1 to a committee outside our tree; everybody from c1 up approves, and the letter is carried by hand."""
    outside = OutsideCommittee(name="中共某市某区委组织部", area_code="440305")
    return ask(
        **{
            "to_committee_id": "outside-1",
            "to_branch_id": None,
            "scope": "national",
            "carrying": "in_person",
            "outside": outside,
            "approval_path": path_outward(TREE, "c1"),
            "facts": facts(to_branch_committee_id=None),
            **changed,
        }
    )


def receipt(day: float = 5, by: str = "c2") -> ReturnReceipt:
    return ReturnReceipt(returned_by=by, returned_at=at(day))


def moved(day: float = 4, branch_id: str = "b2") -> ConfirmMembership:
    return ConfirmMembership(organisation_id=branch_id, moved_at=at(day))


def close(day: float = 6, by: str = "c1", text: str = "the member stays") -> CloseTransfer:
    return CloseTransfer(closed_by=by, text=text, closed_at=at(day))


def resend(day: float = 6, by: str = "c1", resent_as: str = "t2") -> ResendTransfer:
    return ResendTransfer(resent_by=by, resent_as=resent_as, resent_at=at(day))
