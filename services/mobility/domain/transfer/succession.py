"""撤销 in mid-case: what a dissolved organisation had to do is its superior's, or the source's when the way is gone."""

from collections.abc import Sequence

from services.mobility.domain.transfer.commands import ReplaceOrganisation
from services.mobility.domain.transfer.events import HolderChanged, OrganisationReplaced, TransferRejected
from services.mobility.domain.transfer.state import TERMINAL, Transfer
from services.mobility.domain.transfer.turn import hand_to
from shared.kernel.event import DomainEvent


def replace_organisation(command: ReplaceOrganisation, state: Transfer) -> Sequence[DomainEvent]:
    """An approver or the source: the heir has the turn, with a due time of its own. A receiver that has not answered yet:
    the case comes back to the source, which has to find another destination; nobody is moved into what no longer exists.
    A receiver that has accepted: its heir returns the receipt and names the branch. Nothing for who has no part in it.
    """
    # The superior may have been dissolved before: then the task is with whoever has its seat by now.
    gone, heir, at = command.organisation_id, state.seat(command.heir_id), command.replaced_at
    if state.status in TERMINAL or gone in state.heirs or gone == heir:
        return []
    asked = state.asked
    if gone not in {asked.from_committee_id, asked.to_committee_id, *asked.approval_path, *state.heirs.values()}:
        return []
    whose = {"transfer_id": asked.transfer_id, "member_id": asked.member_id}
    replaced = OrganisationReplaced(**whose, organisation_id=gone, heir_id=heir, replaced_at=at)
    after = heir if state.source == gone else state.source
    if gone == state.receiver and asked.outside is None and state.status in _UNANSWERED:
        rejected = TransferRejected(
            **whose,
            rejected_by=gone,
            reason_code="organisation_dissolved",
            text="the receiving organisation was dissolved before it answered",
            rejected_at=at,
        )
        return [replaced, rejected, hand_to(after, "resolve_rejection", asked, at)]
    return [replaced, *_turn(state, gone, heir, command)]


_UNANSWERED = ("approving", "awaiting_acceptance", "held")


def _turn(state: Transfer, gone: str, heir: str, command: ReplaceOrganisation) -> list[HolderChanged]:
    turn = state.turn
    if turn is None or turn.holder_id != gone:
        return []
    # The receipt's month is the rule's, not the holder's: an heir does not get another one.
    due_at = turn.due_at if turn.task == "return_receipt" else None
    return [hand_to(heir, turn.task, state.asked, command.replaced_at, due_at)]
