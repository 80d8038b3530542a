"""The tables of what places and committees have settled for transfers: rules, retained relations, reconciliations."""

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.mobility.projections.tables import VIEWS

TRANSFER_RULES = Table(
    "transfer_rules",
    VIEWS,
    Column("area_code", Text, primary_key=True),
    Column("rules_version", Integer, primary_key=True),
    Column("effective_from", Date),
    Column("source_document", Text),
    Column("letter_days", JSONB),
    Column("overdue_after_days", Integer),
    Column("escalate_after_days", Integer),
    Column("dossier_hold_days", Integer),
    Column("on_time_days", Integer),
    Column("examination_demanded", Boolean),
    Column("adopted_by", Text),
    Column("adopted_at", DateTime(timezone=True)),
)

RETAINED = Table(
    "retained_relations",
    VIEWS,
    Column("retention_id", Text, primary_key=True),
    Column("member_id", Text, index=True),
    Column("committee_id", Text, index=True),
    Column("kind", Text),
    Column("since", Date),
    Column("limit_on", Date),
    Column("open", Boolean),
    Column("holder_id", Text),
    Column("task", Text),
    Column("due_at", DateTime(timezone=True)),
    Column("contacts", Integer),
    Column("last_contact_on", Date),
    Column("overdue", Boolean),
    Column("decision", Text),
    Column("decided_by", Text),
    Column("decided_on", Date),
    Column("reason", Text),
    Column("version", Integer),
)

RECONCILIATIONS = Table(
    "reconciliations",
    VIEWS,
    Column("run_id", Text, primary_key=True),
    Column("organisation_id", Text, index=True),
    Column("year", Integer),
    Column("as_of", DateTime(timezone=True)),
    Column("compared", Integer),
    Column("mismatches", JSONB),
    Column("run_by", Text),
    Column("version", Integer),
)
