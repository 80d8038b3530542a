"""An imported list, stream `list-<id>`, and its parts, `list-part-<id>-<n>`: parts are entered at the same time.

The units' own facts are in the units; here is which list they came from and what a person has to look at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from services.registry.domain.listing.terms import Finding, Source
from services.registry.domain.vocabulary import Id, JurisdictionBasis
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.identifiers.area_code import AreaCode


class ListFacts(Command):
    """Where a list comes from, as of which day, and by what its units fall to an organisation.

    `area_code` is the area of whoever brings it; `applied` is False for a mere check. `campaign` names the drive it
    belongs to (一次集中组建, 百名干部进百企).
    """

    list_id: Id
    source: Source
    list_date: date
    basis: JurisdictionBasis
    area_code: AreaCode
    brought_by: Id
    campaign: str | None = Field(default=None, max_length=100)
    digest: str
    columns: tuple[str, ...]
    ignored_columns: int
    applied: bool


class BeginList(ListFacts):
    """Take a list up."""


class RecordPart(Command):
    """Record what became of some rows."""

    list_id: Id
    part: int
    counts: Mapping[str, int]
    findings: tuple[Finding, ...]
    added: tuple[str, ...]


class EndList(Command):
    """Everything in it has been looked at."""

    list_id: Id
    counts: Mapping[str, int]


class ListBegun(DomainEvent):
    """A list is being imported. Private: the units tell others."""

    type = "list-begun"

    list_id: str
    source: Source
    list_date: date
    basis: JurisdictionBasis
    area_code: str
    brought_by: str
    campaign: str | None = None
    digest: str
    columns: tuple[str, ...]
    ignored_columns: int
    applied: bool


class ListPartRead(DomainEvent):
    """What became of some rows: how many of each outcome, what to look at, and the codes of new units."""

    type = "list-part-read"

    list_id: str
    part: int
    counts: Mapping[str, int]
    findings: tuple[Finding, ...]
    added: tuple[str, ...]


class ListEnded(DomainEvent):
    """The whole list has been looked at. One without this was interrupted: importing it again does the rest."""

    type = "list-ended"

    list_id: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ListState:
    """How far it has come."""

    begun: bool = False
    ended: bool = False


ListCommand = BeginList | RecordPart | EndList


def decide(command: ListCommand, state: ListState) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `list-known`."""
    match command:
        case BeginList() | RecordPart() if state.begun:
            raise Refused("list-known", f"the list {command.list_id} was taken up before", remedy="use a new id")
        case BeginList():
            return [ListBegun(**dict(command))]
        case RecordPart():
            return [ListPartRead(**dict(command))]
        case EndList():
            return [] if state.ended else [ListEnded(**dict(command))]


def evolve(state: ListState, event: DomainEvent) -> ListState:
    return ListState(begun=True, ended=isinstance(event, ListEnded))


LIST: Decider[ListCommand, ListState] = Decider(
    stream_type="list", initial=ListState(), decide=decide, evolve=evolve, events=(ListBegun, ListEnded)
)
LIST_PART: Decider[ListCommand, ListState] = Decider(
    stream_type="list-part", initial=ListState(), decide=decide, evolve=evolve, events=(ListPartRead,)
)
