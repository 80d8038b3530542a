"""Money for stations, organisations and places (经费、补助), `funding-<id>`: recorded, not paid (domain L12, N05, Z23)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from services.registry.domain.vocabulary import FundingSource, Id, Name, Reason, Scope
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
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


class VoidFunding(Command):
    """It was entered wrongly; what is right is entered anew."""

    reason: Reason


FundingCommand = RecordFunding | VoidFunding


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


@dataclass(frozen=True, slots=True)
class Funding:
    """The record, and whether it counts."""

    recorded: FundingRecorded | None = None
    voided: FundingVoided | None = None


def decide(command: FundingCommand, state: Funding) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `funding-exists`, `funding-unknown`."""
    match command:
        case RecordFunding():
            recorded = FundingRecorded(**dict(command))
            if state.recorded is None:
                return [recorded]
            if state.recorded == recorded and state.voided is None:
                return []
            raise Refused(
                "funding-exists",
                f"{command.funding_id} is another record",
                remedy="void it if it is wrong; use a new id",
            )
        case VoidFunding():
            if state.recorded is None:
                raise Refused("funding-unknown", "there is no such record", remedy="check its id")
            return [] if state.voided else [FundingVoided(funding_id=state.recorded.funding_id, reason=command.reason)]


def evolve(state: Funding, event: DomainEvent) -> Funding:
    match event:
        case FundingRecorded():
            return Funding(event)
        case FundingVoided():
            return Funding(state.recorded, event)
        case _:
            return state


FUNDING: Decider[FundingCommand, Funding] = Decider(
    stream_type="funding",
    initial=Funding(),
    decide=decide,
    evolve=evolve,
    events=(FundingRecorded, FundingVoided),
)
