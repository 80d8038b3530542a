"""Read models of places, relations, inspections, money and duty."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.projections.tables import VIEWS

PLACES = Table(
    "places",
    VIEWS,
    Column("place_id", Text, primary_key=True),
    Column("kind", Text),
    Column("form", Text),
    Column("name", Text),
    Column("area_code", Text, index=True),
    Column("organisation_id", Text, index=True),
    Column("station_id", Text),
    Column("governance", Text),
    Column("build_body", Date),
    Column("set_rules", Date),
    Column("gather_strength", Date),
    Column("support_growth", Date),
    Column("opened_on", Date),
    Column("closed_on", Date),
    Column("version", Integer),
)
"""Of a platform, the days on which it reached each of its four steps."""

RELATIONS = Table(
    "relations",
    VIEWS,
    Column("relation_id", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("kind", Text),
    Column("from_id", Text, index=True),
    Column("to_scope", Text),
    Column("to_id", Text, index=True),
    Column("organisation_id", Text, index=True),
    Column("until", Date),
    Column("version", Integer),
)

INSPECTIONS = Table(
    "inspections",
    VIEWS,
    Column("inspection_id", Text, primary_key=True),
    Column("scope", Text),
    Column("scope_id", Text, index=True),
    Column("organisation_id", Text, index=True),
    Column("document_id", Text),
    Column("number", Integer),
    Column("results", JSONB),
    Column("rectified", JSONB),
    Column("missing", JSONB),
    Column("passed", Boolean),
    Column("inspected_on", Date),
    Column("inspected_by", Text),
    Column("person_id", Text),
    Column("rectify_by", Date),
    Column("rectified_on", Date),
    Column("overdue", Boolean),
    Column("version", Integer),
)
"""`missing` is what is missing still; while it is, `organisation_id` has to act until `rectify_by`."""

FUNDINGS = Table(
    "fundings",
    VIEWS,
    Column("funding_id", Text, primary_key=True),
    Column("scope", Text),
    Column("scope_id", Text, index=True),
    Column("organisation_id", Text, index=True),
    Column("source", Text),
    Column("year", Integer),
    Column("amount_fen", BigInteger),
    Column("received_on", Date),
    Column("source_document", Text),
    Column("voided", Boolean),
    Column("void_reason", Text),
    Column("version", Integer),
)

DUTIES = Table(
    "duties",
    VIEWS,
    Column("station_id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("person_ids", JSONB),
    Column("version", Integer),
)
