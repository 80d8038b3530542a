"""Who cares for a member who is away (三方共管), as mobility says; what a station looks after."""

from sqlalchemy import Column, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.projections.tables import VIEWS

MEMBER_CARE = Table(
    "member_care",
    VIEWS,
    Column("care_id", Text, primary_key=True),
    Column("member_id", Text, index=True),
    Column("model", Text),
    Column("lead", Text),
    Column("lead_organisation_id", Text),
    Column("lead_person_id", Text),
    Column("origin_branch_id", Text, index=True),
    Column("station_id", Text, index=True),
    Column("destination_organisation_id", Text, index=True),
    Column("grid_id", Text, index=True),
    Column("group_ids", JSONB),
    Column("established_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
)
"""`lead` is the party that leads today: origin, station or destination."""
