"""How places, relations, inspections, money and duty become rows."""

from services.registry.domain.duty.decider import DutyGapFound, DutyPlanned
from services.registry.domain.funding.decider import FundingRecorded, FundingVoided
from services.registry.domain.inspection import events as inspection
from services.registry.domain.place import events as place
from services.registry.domain.relation.decider import RelationBegun, RelationEnded
from services.registry.projections.place_tables import DUTIES, FUNDINGS, INSPECTIONS, PLACES, RELATIONS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange


def _place(place_id: str, fact: Fact, **columns: object) -> list[RowChange]:
    given = {name: value for name, value in columns.items() if value is not None}
    return [Put(PLACES.name, (place_id,), {"place_id": place_id, "version": fact.version} | given)]


def _opened(event: place.PlaceOpened, fact: Fact) -> list[RowChange]:
    return _place(fact=fact, **event.model_dump())


def _changed(event: place.PlaceChanged, fact: Fact) -> list[RowChange]:
    return _place(fact=fact, **event.model_dump())


def _stepped(event: place.PlaceStepReached, fact: Fact) -> list[RowChange]:
    return _place(event.place_id, fact, **{event.step: event.reached_on})


def _closed(event: place.PlaceClosed, fact: Fact) -> list[RowChange]:
    return _place(event.place_id, fact, closed_on=event.closed_on)


def _related(event: RelationBegun | RelationEnded, fact: Fact) -> list[RowChange]:
    return [Put(RELATIONS.name, (event.relation_id, event.since), event.model_dump() | {"version": fact.version})]


def _inspection(inspection_id: str, fact: Fact, **columns: object) -> list[RowChange]:
    row = {"inspection_id": inspection_id, "version": fact.version} | columns
    return [Put(INSPECTIONS.name, (inspection_id,), row)]


def _inspected(event: inspection.SiteInspected, fact: Fact) -> list[RowChange]:
    lists = {"results": [one.model_dump() for one in event.results], "missing": list(event.missing)}
    return _inspection(fact=fact, **event.model_dump() | lists, overdue=False)


def _rectified(event: inspection.SiteRectified, fact: Fact) -> list[RowChange]:
    said: dict[str, object] = {"missing": list(event.missing), "passed": event.passed}
    if event.passed:
        said |= {"rectified_on": event.rectified_on, "rectify_by": None, "overdue": False}
    done = [one.model_dump() for one in event.so_far or event.results]
    return _inspection(event.inspection_id, fact, **said, rectified=done)


def _late(event: inspection.RectificationOverdue, fact: Fact) -> list[RowChange]:
    return _inspection(event.inspection_id, fact, overdue=True)


def _funded(event: FundingRecorded, fact: Fact) -> list[RowChange]:
    row = event.model_dump() | {"voided": False, "version": fact.version}
    return [Put(FUNDINGS.name, (event.funding_id,), row)]


def _voided(event: FundingVoided, fact: Fact) -> list[RowChange]:
    row = {"funding_id": event.funding_id, "voided": True, "void_reason": event.reason, "version": fact.version}
    return [Put(FUNDINGS.name, (event.funding_id,), row)]


def _duty(event: DutyPlanned, fact: Fact) -> list[RowChange]:
    row = event.model_dump() | {"person_ids": list(event.person_ids), "version": fact.version}
    return [Put(DUTIES.name, (event.station_id, event.day), row)]


def _gap(event: DutyGapFound, fact: Fact) -> list[RowChange]:
    row = {"station_id": event.station_id, "day": event.day, "person_ids": [], "version": fact.version}
    return [Put(DUTIES.name, (event.station_id, event.day), row)]


PLACES_AND_RECORDS = (
    Projection(
        "places",
        1,
        (PLACES.name,),
        {
            place.PlaceOpened: _opened,
            place.PlaceChanged: _changed,
            place.PlaceStepReached: _stepped,
            place.PlaceClosed: _closed,
        },
        {},
    ),
    Projection("relations", 1, (RELATIONS.name,), {RelationBegun: _related, RelationEnded: _related}, {}),
    Projection(
        "inspections",
        2,
        (INSPECTIONS.name,),
        {
            inspection.SiteInspected: _inspected,
            inspection.SiteRectified: _rectified,
            inspection.RectificationOverdue: _late,
        },
        {},
    ),
    Projection("fundings", 1, (FUNDINGS.name,), {FundingRecorded: _funded, FundingVoided: _voided}, {}),
    Projection("duties", 1, (DUTIES.name,), {DutyPlanned: _duty, DutyGapFound: _gap}, {}),
)
