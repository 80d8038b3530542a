"""How facts of the registry become what assessment knows of it."""

from services.assessment.projections.tables import STRUCTURE
from shared.contracts import registry
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Add, Put, RowChange
from shared.security.guidance import GUIDANCE

THE_STRUCTURE = "registry"
"""The key of the only row of `structure`."""

_CHANGED = Add(STRUCTURE.name, (THE_STRUCTURE,), {"changes": 1})


def _founded(event: registry.PartyOrganisationFounded, _: Fact) -> list[RowChange]:
    row = {
        "organisation_id": event.organisation_id,
        "parent_id": event.parent_id,
        "unit_uscc": event.unit_uscc,
        "dissolved": False,
    }
    return [Put("organisations", (event.organisation_id,), row), _CHANGED]


def _reparented(event: registry.PartyOrganisationReparented, _: Fact) -> list[RowChange]:
    row = {"organisation_id": event.organisation_id, "parent_id": event.to_parent_id}
    return [Put("organisations", (event.organisation_id,), row), _CHANGED]


def _dissolved(event: registry.PartyOrganisationDissolved, _: Fact) -> list[RowChange]:
    row = {"organisation_id": event.organisation_id, "dissolved": True}
    return [Put("organisations", (event.organisation_id,), row), _CHANGED]


def _opened(event: registry.StationOpened, _: Fact) -> list[RowChange]:
    row = {"station_id": event.station_id, "organisation_id": event.organisation_id}
    return [Put("stations", (event.station_id,), row), _CHANGED]


def _assigned(event: registry.PostAssigned, _: Fact) -> list[RowChange]:
    if event.kind != "instructor":
        return []
    row = event.model_dump(include={"post_id", "person_id", "scope", "scope_id", "since"}) | {"until": None}
    return [Put("instructors", (event.post_id,), row), _CHANGED]


def _left(event: registry.PostLeft, _: Fact) -> list[RowChange]:
    if event.kind != "instructor":
        return []
    return [Put("instructors", (event.post_id,), {"post_id": event.post_id, "until": event.until}), _CHANGED]


PROJECTIONS = (
    Projection(
        "structure",
        1,
        ("organisations", "stations", "instructors", "structure"),
        {},
        {
            registry.PartyOrganisationFounded: _founded,
            registry.PartyOrganisationReparented: _reparented,
            registry.PartyOrganisationDissolved: _dissolved,
            registry.StationOpened: _opened,
            registry.PostAssigned: _assigned,
            registry.PostLeft: _left,
        },
    ),
    GUIDANCE,
)
