"""一事两路: a case may travel in the system, on paper, or both ways at once; it stays one case (domain T13–T15)."""

from collections.abc import Sequence

from services.mobility.domain.terms import Carrying, Leg, TransferScope
from services.mobility.domain.transfer.commands import RecordLeg
from services.mobility.domain.transfer.events import LegRecorded
from services.mobility.domain.transfer.refusals import not_yours, reason_missing, wrong_status
from services.mobility.domain.transfer.state import Transfer
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent

_UNDER_WAY = frozenset({"awaiting_acceptance", "held", "admitted", "accepted", "completed", "expired", "rejected"})


def legs_of(scope: TransferScope, carrying: Carrying, outside: bool) -> tuple[Leg, ...]:
    """The ways of a case. Special ones and those that leave our tree have no electronic one."""
    if scope == "special" or outside:
        return ("paper",)
    return ("electronic",) if carrying == "electronic" else ("electronic", "paper")


def check_carrying(scope: TransferScope, carrying: Carrying, outside: bool) -> None:
    """Errors (`Invalid`): `paper-needed` where nothing else exists (T15, 非建库), `paper-not-allowed` within a province
    (domain T13: system only).
    """
    paper_only = scope == "special" or outside
    if paper_only and carrying == "electronic":
        raise Invalid(
            "paper-needed",
            "this transfer travels on paper",
            remedy="say how: in_person or confidential_post; ordinary couriers are not allowed",
            where="carrying",
        )
    if not paper_only and scope != "national" and carrying != "electronic":
        raise Invalid(
            "paper-not-allowed",
            "within a province transfers are made in the system, without a paper letter",
            remedy="leave out `carrying`",
            where="carrying",
        )


def record(command: RecordLeg, state: Transfer) -> Sequence[DomainEvent]:
    """A step of one way; the sender says what was sent, the receiver what arrived and was answered.

    Errors: `transfer-<status>`, `no-such-leg`, `not-your-turn`, `reason-missing`.
    """
    asked = state.asked
    if (command.leg, command.step) in state.legs:
        return []
    if state.status not in _UNDER_WAY:
        raise wrong_status(state, "sent or answered")
    if command.leg not in legs_of(asked.scope, asked.carrying, asked.outside is not None):
        raise Refused(
            "no-such-leg", f"this transfer has no {command.leg} leg", remedy="record it where it travels", where="leg"
        )
    sender, receiver = state.seat(asked.from_committee_id), state.seat(asked.to_committee_id)
    # Nobody outside our tree has a login here: the source enters for them what their papers say.
    said_by = sender if command.step == "sent" or asked.outside else receiver
    if command.recorded_by != said_by:
        raise not_yours(command.recorded_by, said_by, f"recorded as {command.step}")
    if not command.reference:
        raise reason_missing("reference")
    whose = {"transfer_id": asked.transfer_id, "member_id": asked.member_id}
    return [LegRecorded(**whose, **command.model_dump())]
