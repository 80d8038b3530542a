"""The orders by which whole organisations are handed over: table and projection."""

from sqlalchemy import Column, Date, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.domain.reorganisation.events import (
    HandoverFailed,
    HandoverRevoked,
    HandoverScheduled,
    Order,
    OrganisationReceived,
    OrganisationsHandedOver,
)
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
    Column("status", Text),
    Column("ended_on", Date),
    Column("ended_by", Text),
    Column("ended_why", Text),
)
"""`status`: scheduled, carried_out, failed or revoked; of the last two `ended_why` is the refusal or the reason."""

RECEIPTS = Table(
    "reorganisation_receipts",
    VIEWS,
    Column("reorganisation_id", Text, primary_key=True),
    Column("organisation_id", Text, primary_key=True),
    Column("given_by", Text),
    Column("given_on", Date),
)
"""One row per organisation; `given_on` is empty until its receipt is there."""


def _ordered(event: Order, status: str) -> list[RowChange]:
    row = event.model_dump(exclude={"on"}) | {"on_day": event.on, "organisation_ids": list(event.organisation_ids)}
    due = {"reorganisation_id": event.reorganisation_id, "given_by": None, "given_on": None}
    return [
        Put(TABLE.name, (event.reorganisation_id,), row | {"status": status}),
        *(
            Put(RECEIPTS.name, (event.reorganisation_id, one), due | {"organisation_id": one})
            for one in event.organisation_ids
        ),
    ]


def _scheduled(event: HandoverScheduled, _: Fact) -> list[RowChange]:
    return _ordered(event, "scheduled")


def _handed_over(event: OrganisationsHandedOver, _: Fact) -> list[RowChange]:
    return _ordered(event, "carried_out")


def _failed(event: HandoverFailed, _: Fact) -> list[RowChange]:
    return _ended(event, "failed", None, f"{event.code}: {event.detail}")


def _revoked(event: HandoverRevoked, _: Fact) -> list[RowChange]:
    return _ended(event, "revoked", event.revoked_by, event.reason)


def _ended(event: HandoverFailed | HandoverRevoked, status: str, by: str | None, why: str) -> list[RowChange]:
    row = {"reorganisation_id": event.reorganisation_id, "status": status, "ended_on": event.on, "ended_by": by}
    return [Put(TABLE.name, (event.reorganisation_id,), row | {"ended_why": why})]


def _received(event: OrganisationReceived, _: Fact) -> list[RowChange]:
    row = {"reorganisation_id": event.reorganisation_id, "organisation_id": event.organisation_id,
           "given_by": event.given_by, "given_on": event.on}  # fmt: skip
    return [Put(RECEIPTS.name, (event.reorganisation_id, event.organisation_id), row)]


REORGANISATIONS = (
    Projection(
        "reorganisations",
        2,
        (TABLE.name, RECEIPTS.name),
        {
            HandoverScheduled: _scheduled,
            OrganisationsHandedOver: _handed_over,
            HandoverFailed: _failed,
            HandoverRevoked: _revoked,
            OrganisationReceived: _received,
        },
        {},
    ),
)
