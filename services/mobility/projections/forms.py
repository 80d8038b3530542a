"""Forms (问卷、评议标准), version by version: table and projection."""

from sqlalchemy import Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.mobility.domain.form.decider import FormIssued
from services.mobility.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange

FORMS = Table(
    "forms",
    VIEWS,
    Column("form_id", Text, primary_key=True),
    Column("form_version", Integer, primary_key=True),
    Column("kind", Text),
    Column("title", Text),
    Column("items", JSONB),
    Column("source_document", Text),
    Column("issued_by", Text),
)


def _issued(event: FormIssued, _: Fact) -> list[RowChange]:
    row = event.model_dump(exclude={"items", "issued_at"})
    items = [item.model_dump(mode="json") for item in event.items]
    return [Put(FORMS.name, (event.form_id, event.form_version), row | {"items": items})]


FORMS_PROJECTION = Projection("forms", 1, (FORMS.name,), {FormIssued: _issued}, {})
