"""The tables of units: as they stand, as they stood, and who covers them."""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.projections.tables import VIEWS


def _facts() -> list[Column[Any]]:
    """A column per fact (`domain.unit.facts`)."""
    texts = ("name", "area_code", "operation", "trade", "ownership", "registered_area", "jurisdiction_basis",
             "responsible_id", "owner_identity", "owner_member_id", "member_source", "no_organisation_reason")  # fmt: skip
    numbers = ("staff", "formal_members", "probationary_members")
    flags = ("trade_union", "youth_league", "womens_federation")
    return [
        *(Column(name, Text) for name in texts),
        *(Column(name, Integer) for name in numbers),
        *(Column(name, Boolean) for name in flags),
    ]


UNITS = Table(
    "units",
    VIEWS,
    Column("uscc", Text, primary_key=True),
    Column("kind", Text),
    *_facts(),
    Column("since", Date),
    Column("surveyed_on", Date),
    Column("clear_parts", JSONB),
    Column("closed_on", Date),
    Column("version", Integer),
)

UNIT_HISTORY = Table(
    "unit_history",
    VIEWS,
    Column("uscc", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    *_facts(),
)
"""All facts of a unit from a day on, so that the state of any day is the last row not after it."""

UNIT_COVERS = Table(
    "unit_covers",
    VIEWS,
    Column("uscc", Text, primary_key=True),
    Column("organisation_id", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("mode", Text),
    Column("until", Date),
    Index("unit_covers_of_organisation", "organisation_id"),
)
"""`until` is the first day without; None while it lasts."""
