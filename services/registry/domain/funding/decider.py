"""Money for stations, organisations and places (经费、补助), `funding-<id>`: recorded, not paid (domain L12, N05, Z23)."""

from datetime import date
from typing import Final

from pydantic import Field

from services.registry.domain.records import record_decider
from services.registry.domain.vocabulary import FundingSource, Id, Name, Scope
from shared.kernel.event import Command, DomainEvent

MOST_FEN = 10**13
"""A hundred billion yuan: more is a slip of the pen."""


class RecordFunding(Command):
    """What was received. In fen (分), since money is counted and not measured."""

    funding_id: Id
    scope: Scope
    scope_id: Id
    organisation_id: Id
    source: FundingSource
    year: int = Field(ge=1978, le=2200)
    amount_fen: int = Field(gt=0, le=MOST_FEN)
    received_on: date
    source_document: Name


class FundingRecorded(DomainEvent):
    """Somebody received money."""

    type = "funding-recorded"

    funding_id: str
    scope: Scope
    scope_id: str
    organisation_id: str
    source: FundingSource
    year: int
    amount_fen: int
    received_on: date
    source_document: str


class FundingVoided(DomainEvent):
    """The record was wrong."""

    type = "funding-voided"

    funding_id: str
    reason: str


FUNDING: Final = record_decider("funding", FundingRecorded, FundingVoided)
