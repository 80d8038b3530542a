"""What imported lists make of their rows."""

from services.registry.domain.listing.decider import ListBegun, ListEnded, ListPartRead
from services.registry.projections.listing_tables import LIST_PARTS, LISTS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange


def _begun(event: ListBegun, fact: Fact) -> list[RowChange]:
    row = event.model_dump() | {"columns": list(event.columns), "begun_at": fact.recorded_at}
    return [Put("lists", (event.list_id,), row)]


def _ended(event: ListEnded, fact: Fact) -> list[RowChange]:
    row = {"list_id": event.list_id, "counts": dict(event.counts), "ended_at": fact.recorded_at}
    return [Put("lists", (event.list_id,), row)]


def _read(event: ListPartRead, _: Fact) -> list[RowChange]:
    findings = [one.model_dump(exclude_none=True) for one in event.findings]
    row = {"list_id": event.list_id, "part": event.part, "counts": dict(event.counts), "findings": findings}
    return [Put("list_parts", (event.list_id, event.part), row | {"added": list(event.added)})]


LISTINGS = (
    Projection("lists", 1, (LISTS.name,), {ListBegun: _begun, ListEnded: _ended}, {}),
    Projection("list_parts", 1, (LIST_PARTS.name,), {ListPartRead: _read}, {}),
)
