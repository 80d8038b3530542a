"""What the facts of a transfer make of its row, and of the inbox of whoever has the turn."""

from services.mobility.domain.transfer import events
from services.mobility.projections import tables
from services.mobility.projections.rows import RowOf
from shared.eventstore.projection import Fact, OwnProjector, Projection
from shared.eventstore.rows import Put, RowChange

_NOBODY = {"holder_id": None, "task": None, "due_at": None}


_row = RowOf(tables.TRANSFERS).sets


def _requested(event: events.TransferRequested, fact: Fact) -> list[RowChange]:
    row = event.model_dump(exclude={"superiors", "policy"}) | {
        "status": "approving" if event.approval_path else "awaiting_acceptance",
        "approved": 0,
        "rules": event.policy.rules,
        "letter_days": event.policy.letter_valid_days,
        "version": fact.version,
    }
    return [Put("transfers", (event.transfer_id,), row)]


def _ended(status: str, at: str, **columns: str) -> OwnProjector:
    return _row({"status": status, **_NOBODY}, ended_at=at, **columns)


def _version(transfer_id: str, fact: Fact, **columns: object) -> Put:
    return Put("transfers", (transfer_id,), {"transfer_id": transfer_id, "version": fact.version} | columns)


def _handed(event: events.HolderChanged, fact: Fact) -> list[RowChange]:
    turn = {"holder_id": event.holder_id, "task": event.task, "due_at": event.due_at}
    case = {
        "case_id": event.case_id,
        "member_id": event.member_id,
        "open": True,
        "since": fact.recorded_at,
        "escalate_at": event.escalate_at,
        "escalated_to": None,
    }
    return [
        _version(event.case_id, fact, **turn),
        Put("cases", (event.case_id,), case | turn),
    ]


def _overdue(event: events.CaseOverdue, fact: Fact) -> list[RowChange]:
    # Overdue is a question of the clock, asked when the inbox is read; only the version moves.
    return [_version(event.case_id, fact)]


def _escalated(event: events.CaseEscalated, fact: Fact) -> list[RowChange]:
    return [
        _version(event.case_id, fact),
        Put("cases", (event.case_id,), {"case_id": event.case_id, "escalated_to": event.superior_id}),
    ]


def _closing_case(project: OwnProjector) -> OwnProjector:
    def both(event: events.TransferEvent, fact: Fact) -> list[RowChange]:
        case = {"case_id": event.transfer_id, "open": False, "escalated_to": None, **_NOBODY}
        return [*project(event, fact), Put("cases", (event.transfer_id,), case)]

    return both


def _leg(event: events.LegRecorded, _: Fact) -> list[RowChange]:
    row = event.model_dump(include={"transfer_id", "leg", "step", "recorded_by", "reference"})
    key = (event.transfer_id, event.leg, event.step)
    return [Put("transfer_legs", key, row | {"at": event.recorded_at})]


def _transferred_out(event: events.MemberTransferredOut, fact: Fact) -> list[RowChange]:
    columns = {"accepted_at": event.recorded_at, "receipt_at": event.recorded_at}
    return [_version(event.transfer_id, fact, outside_receipt=event.receipt_reference, **columns)]


_WAITING = {"status": "awaiting_acceptance"}
_LETTER = {
    "letter_number": "letter_number",
    "letter_valid_until": "valid_until",
    "letter_issued_at": "issued_at",
    "letter_issued_by": "issued_by",
}

TRANSFERS = Projection(
    "transfers",
    3,
    ("transfers", "cases"),
    {
        events.TransferRequested: _requested,
        events.TransferApproved: _row(approved="step"),
        events.LetterIssued: _row(_WAITING, **_LETTER),
        events.LetterVoided: _row({"letter_number": None, "letter_valid_until": None}),
        events.LetterReissued: _row(_WAITING, unheard_void="replaces", **_LETTER),
        events.VoidAcknowledged: _row({"unheard_void": None}),
        events.TransferHeld: _row({"status": "held"}, held_text="text"),
        events.CommitteeAccepted: _row({"status": "admitted"}, admitted_at="accepted_at"),
        events.BranchAssigned: _row(to_branch_id="branch_id"),
        events.LegRecorded: _row(),
        events.MemberTransferredOut: _transferred_out,
        events.OrganisationReplaced: _row(),
        events.MembershipInDoubt: _row(in_doubt_body="body_id"),
        events.TransferClassified: _row(outcome="outcome", outcome_detail="detail", classified_at="classified_at"),
        events.TransferAccepted: _row(
            {"status": "accepted"},
            to_branch_id="to_branch_id",
            accepted_at="accepted_at",
            receipt_due_at="receipt_due_at",
            parties="parties",
            to_area_code="to_area_code",
        ),
        events.TransferRejected: _row(
            {"status": "rejected"},
            rejected_by="rejected_by",
            rejection_code="reason_code",
            rejection_text="text",
            rejected_at="rejected_at",
        ),
        events.TransferExpired: _row({"status": "expired"}, expired_at="expired_at"),
        events.ReceiptReturned: _row(receipt_at="returned_at"),
        events.MembershipConfirmed: _row(moved_at="moved_at"),
        events.TransferCompleted: _closing_case(_ended("completed", "completed_at")),
        events.TransferWithdrawn: _closing_case(_ended("withdrawn", "withdrawn_at")),
        events.TransferClosed: _closing_case(_ended("closed", "closed_at", closing_text="text")),
        events.TransferResent: _closing_case(_ended("resent", "resent_at", resent_as="resent_as")),
        events.TransferLapsed: _closing_case(_ended("lapsed", "lapsed_at", closing_text="ground")),
        events.HolderChanged: _handed,
        events.CaseOverdue: _overdue,
        events.CaseEscalated: _escalated,
    },
    {},
)

LEGS = Projection("transfer_legs", 1, ("transfer_legs",), {events.LegRecorded: _leg}, {})
