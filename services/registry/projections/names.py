"""What is called how, from whatever says so."""

from typing import Any

from services.registry.domain.organisation import events as organisation
from services.registry.domain.place import events as place
from services.registry.domain.station import events as station
from services.registry.domain.unit import events as unit
from services.registry.projections.grams import folded, grams
from services.registry.projections.names_tables import NAMES
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange


def _named(kind: str, key: str) -> Any:
    def project(event: Any, _: Fact) -> list[RowChange]:
        if event.name is None:
            return []
        identity, text = getattr(event, key), folded(event.name)
        row = {"kind": kind, "id": identity, "name": event.name, "folded": text, "grams": grams(text)}
        return [Put(NAMES.name, (kind, identity), row)]

    return project


_unit, _organisation = _named("unit", "uscc"), _named("organisation", "organisation_id")
_station, _place = _named("station", "station_id"), _named("place", "place_id")

NAMED = Projection(
    "names",
    1,
    (NAMES.name,),
    {
        unit.UnitRegistered: _unit,
        unit.UnitChanged: _unit,
        organisation.PartyOrganisationFounded: _organisation,
        organisation.PartyOrganisationChanged: _organisation,
        station.StationOpened: _station,
        station.StationChanged: _station,
        place.PlaceOpened: _place,
        place.PlaceChanged: _place,
    },
    {},
)
