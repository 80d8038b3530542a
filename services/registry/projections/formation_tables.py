"""The tables of forming organisations: the rules, the plans, and the tree with its dates."""

from sqlalchemy import Column, Date, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.projections.tables import VIEWS

FORMATION_RULES = Table(
    "formation_rules",
    VIEWS,
    Column("area_code", Text, primary_key=True),
    Column("rules_version", Integer, primary_key=True),
    Column("effective_from", Date),
    Column("source_document", Text),
    Column("adopted_by", Text),
    Column("rules", JSONB),
)

FORMATION_PLANS = Table(
    "formation_plans",
    VIEWS,
    Column("uscc", Text, primary_key=True),
    Column("revision", Integer),
    Column("mode", Text),
    Column("start_on", Date),
    Column("due_on", Date),
    Column("contact_person_id", Text),
    Column("responsible_id", Text, index=True),
    Column("status", Text),
    Column("formed_by", Text),
    Column("ended_on", Date),
    Column("reason", Text),
    Column("version", Integer),
)
"""`status`: open, overdue, fulfilled or abandoned. A plan adopted anew takes the row of the one before it."""

ORGANISATION_EDGES = Table(
    "organisation_edges",
    VIEWS,
    Column("organisation_id", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("parent_id", Text),
)
"""Below whom an organisation hangs from that day on."""
