"""The tables of imported lists."""

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.projections.tables import VIEWS

LISTS = Table(
    "lists",
    VIEWS,
    Column("list_id", Text, primary_key=True),
    Column("source", Text),
    Column("list_date", Date),
    Column("basis", Text),
    Column("area_code", Text, index=True),
    Column("brought_by", Text),
    Column("campaign", Text),
    Column("digest", Text),
    Column("columns", JSONB),
    Column("ignored_columns", Integer),
    Column("applied", Boolean),
    Column("begun_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("counts", JSONB),
)

LIST_PARTS = Table(
    "list_parts",
    VIEWS,
    Column("list_id", Text, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("counts", JSONB),
    Column("findings", JSONB),
    Column("added", JSONB),
)
