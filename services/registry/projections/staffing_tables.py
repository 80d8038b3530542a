"""Read models of documents, of applications, and of how posts are staffed."""

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.projections.tables import VIEWS

POLICY_DOCUMENTS = Table(
    "policy_documents",
    VIEWS,
    Column("document_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, index=True),
    Column("title", Text),
    Column("about", Text),
    Column("organisation_id", Text),
    Column("area_code", Text),
    Column("effective_from", Date),
    Column("repealed_on", Date),
    Column("repeal_reason", Text),
    Column("source_document", Text),
    Column("classification", Text),
    Column("items", JSONB),
    Column("numbers", JSONB),
    Column("sha256", Text),
    Column("issued_at", DateTime(timezone=True)),
    Column("version", Integer),
)
"""One row per version; `version` is that of the stream, which If-Match names."""

INSTRUCTOR_APPLICATIONS = Table(
    "instructor_applications",
    VIEWS,
    Column("application_id", Text, primary_key=True),
    Column("person_id", Text, index=True),
    Column("station_id", Text, index=True),
    Column("organisation_id", Text, index=True),
    Column("wishes", JSONB),
    Column("source", Text),
    Column("capacity", Text),
    Column("status", Text),
    Column("holder_id", Text),
    Column("due_at", DateTime(timezone=True)),
    Column("overdue", Boolean),
    Column("applied_at", DateTime(timezone=True)),
    Column("criteria_met", JSONB),
    Column("review_text", Text),
    Column("reviewed_by", Text),
    Column("reviewer_id", Text),
    Column("reviewed_at", DateTime(timezone=True)),
    Column("post_id", Text),
    Column("version", Integer),
)
"""While it is open, `holder_id` has to act by `due_at`."""

STAFFINGS = Table(
    "staffings",
    VIEWS,
    Column("seat_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text),
    Column("scope", Text),
    Column("scope_id", Text),
    Column("organisation_id", Text, index=True),
    Column("least", Integer),
    Column("held", Integer),
    Column("source_document", Text),
    Column("vacant_since", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True)),
)
"""A row per change, so that it can be asked for as of any day."""
