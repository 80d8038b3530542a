"""Letters from places that are not connected (非建库) as rows: whose turn each is, and until when."""

from typing import Final

from sqlalchemy import Column, Date, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Integer

from services.mobility.domain.inbound_letter import events as letter
from services.mobility.projections.rows import RowOf
from services.mobility.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import RowChange

INBOUND_LETTERS = Table(
    "inbound_letters",
    VIEWS,
    Column("letter_id", Text, primary_key=True),
    Column("committee_id", Text, index=True),
    Column("outside", JSONB),
    Column("letter_number", Text),
    Column("valid_until", Date),
    Column("dues_paid_to", Text),
    Column("carrying", Text),
    Column("status", Text),
    Column("holder_id", Text, index=True),
    Column("task", Text),
    Column("due_at", DateTime(timezone=True)),
    Column("escalated_to", Text, index=True),
    Column("registered_at", DateTime(timezone=True)),
    Column("member_id", Text, index=True),
    Column("branch_id", Text),
    Column("accepted_at", DateTime(timezone=True)),
    Column("rejection_code", Text),
    Column("rejection_text", Text),
    Column("receipt_reference", Text),
    Column("receipt_sent_on", Date),
    Column("version", Integer),
)

_LETTER = RowOf(INBOUND_LETTERS)
_NOBODY: Final = {"holder_id": None, "task": None, "due_at": None, "escalated_to": None}


def _registered(event: letter.LetterRegistered, fact: Fact) -> list[RowChange]:
    row = event.model_dump(mode="python", exclude={"letter_id", "superior_id", "registered_by"})
    turn = {"status": "registered", "holder_id": event.committee_id, "task": "accept", "escalated_to": None}
    return [_LETTER.put(event, fact, **row, **turn)]


INBOUND_LETTERS_PROJECTION = Projection(
    "inbound_letters",
    1,
    (INBOUND_LETTERS.name,),
    {
        letter.LetterRegistered: _registered,
        letter.LetterAccepted: _LETTER.sets(
            {"status": "accepted", "task": "return_receipt", "escalated_to": None},
            member_id="member_id",
            branch_id="branch_id",
            accepted_at="accepted_at",
            due_at="due_at",
        ),
        letter.LetterRejected: _LETTER.sets(
            {"status": "rejected", **_NOBODY}, rejection_code="reason_code", rejection_text="text"
        ),
        letter.ReceiptSent: _LETTER.sets(
            {"status": "completed", **_NOBODY}, receipt_reference="reference", receipt_sent_on="sent_on"
        ),
        letter.LetterSilent: _LETTER.sets(escalated_to="superior_id"),
    },
    {},
)
