"""Lost contact (失联), its searches and proposals as rows."""

from typing import Any

from services.mobility.domain.lost_contact import events as loss
from services.mobility.projections import care_tables as tables
from services.mobility.projections.rows import RowOf
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Add, Put, RowChange

_LOSS = RowOf(tables.LOST_CONTACTS)
_NO_PROPOSAL = {"proposal": None, "due_at": None, "escalated_to": None}


def _lost(event: loss.ContactLost, fact: Fact) -> list[RowChange]:
    row = event.model_dump(exclude={"member_id", "reported_by", "reported_at"})
    nothing = dict.fromkeys(("decided_by", "approved_by", "decided_on", "decision_text", "restored_on"))
    held = {"holder_id": event.branch_id, "searches": 0}
    return [_LOSS.put(event, fact, **row, **nothing, **_NO_PROPOSAL, **held, lost=True, status="searching")]


def _searched(event: loss.SearchLogged, fact: Fact) -> list[RowChange]:
    return [
        _LOSS.put(event, fact),
        Add("lost_contacts", (event.member_id,), {"searches": 1}),
        Put("loss_searches", (event.member_id, event.search_id), event.model_dump()),
    ]


def _loss_proposed(event: loss.LossProposed, fact: Fact) -> list[RowChange]:
    asked = {"proposal": event.proposal, "holder_id": event.body_id, "due_at": event.due_at, "escalated_to": None}
    return [_LOSS.put(event, fact, **asked)]


_AFTER: dict[str, dict[str, Any]] = {
    "stop_membership": {"status": "stopped"},
    "cancel_qualification": {"status": "cancelled", "holder_id": None},
    "remove": {"status": "removed", "holder_id": None},
    "restore": {"status": "back", "lost": False, "holder_id": None},
}


def _loss_decided(event: loss.LossDecided, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"decided_by", "approved_by", "decided_on"})
    after = {"holder_id": event.branch_id} | (_AFTER[event.proposal] if event.agreed else {})
    return [_LOSS.put(event, fact, **row, decision_text=event.text, **_NO_PROPOSAL, **after)]


def _restored(event: loss.ContactRestored, fact: Fact) -> list[RowChange]:
    # After a stop the proposal to restore follows in the same work, and its decision says the rest.
    back = {} if event.application_document else {"status": "back", "lost": False, "holder_id": None}
    return [_LOSS.put(event, fact, restored_on=event.restored_on, **_NO_PROPOSAL, **back)]


_OVER = {"status": "ended", "lost": False, "holder_id": None, **_NO_PROPOSAL}

LOST_CONTACTS = Projection(
    "lost-contacts",
    2,
    ("lost_contacts", "loss_searches"),
    {
        loss.ContactLost: _lost,
        loss.SearchLogged: _searched,
        loss.LossProposed: _loss_proposed,
        loss.LossProposalOverdue: _LOSS.sets(escalated_to="superior_id"),
        loss.LossDecided: _loss_decided,
        loss.ContactRestored: _restored,
        loss.SearchEnded: _LOSS.sets(_OVER),
    },
    {},
)
