"""The orders by which whole organisations were handed over: table and projection."""

from sqlalchemy import Column, Date, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.domain.reorganisation.decider import OrganisationReceived, OrganisationsHandedOver
from services.registry.projections.tables import VIEWS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange

TABLE = Table(
    "reorganisations",
    VIEWS,
    Column("reorganisation_id", Text, primary_key=True),
    Column("organisation_ids", JSONB),
    Column("to_parent_id", Text, index=True),
    Column("ordered_by", Text),
    Column("reason", Text),
    Column("on_day", Date),
)

RECEIPTS = Table(
    "reorganisation_receipts",
    VIEWS,
    Column("reorganisation_id", Text, primary_key=True),
    Column("organisation_id", Text, primary_key=True),
    Column("given_by", Text),
    Column("given_on", Date),
)
"""One row per organisation; `given_on` is empty until its receipt is there."""


def _handed_over(event: OrganisationsHandedOver, _: Fact) -> list[RowChange]:
    row = event.model_dump(exclude={"on"}) | {"on_day": event.on, "organisation_ids": list(event.organisation_ids)}
    due = {"reorganisation_id": event.reorganisation_id, "given_by": None, "given_on": None}
    return [
        Put(TABLE.name, (event.reorganisation_id,), row),
        *(
            Put(RECEIPTS.name, (event.reorganisation_id, one), due | {"organisation_id": one})
            for one in event.organisation_ids
        ),
    ]


def _received(event: OrganisationReceived, _: Fact) -> list[RowChange]:
    row = {"reorganisation_id": event.reorganisation_id, "organisation_id": event.organisation_id,
           "given_by": event.given_by, "given_on": event.on}  # fmt: skip
    return [Put(RECEIPTS.name, (event.reorganisation_id, event.organisation_id), row)]


REORGANISATIONS = (
    Projection(
        "reorganisations",
        1,
        (TABLE.name, RECEIPTS.name),
        {OrganisationsHandedOver: _handed_over, OrganisationReceived: _received},
        {},
    ),
)
