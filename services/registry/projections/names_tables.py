"""Every name that can be looked for: of units, organisations, stations and places. Never that of a person."""

from sqlalchemy import Column, Index, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.projections.tables import VIEWS

NAMES = Table(
    "names",
    VIEWS,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text),
    Column("folded", Text),
    Column("grams", JSONB),
    Index("names_by_grams", "grams", postgresql_using="gin", postgresql_ops={"grams": "jsonb_path_ops"}),
)
"""`grams` are the characters of the folded name and its pairs of neighbours: see `grams.py`."""
