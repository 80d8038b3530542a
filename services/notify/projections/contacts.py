"""How facts of the registry become the addresses that messages go to, and the tree that scopes are measured by."""

from shared.contracts import registry
from shared.contracts.base import PublicEvent
from shared.eventstore.projection import Fact, OwnProjector, Projection
from shared.eventstore.rows import Put, RowChange

_OFFICE = ("name", "office_email", "office_phone")


def _admitted(event: registry.MemberAdmitted, _: Fact) -> list[RowChange]:
    row = event.model_dump(include={"member_id", "name", "phone", "email"}) | {"erased": False}
    return [Put("members", (event.member_id,), row)]


def _changed(event: registry.MemberContactChanged, _: Fact) -> list[RowChange]:
    return [Put("members", (event.member_id,), event.model_dump())]


def _erased(event: registry.PersonErased, _: Fact) -> list[RowChange]:
    row = {"member_id": event.person_id, "name": None, "phone": None, "email": None, "erased": True}
    return [Put("members", (event.person_id,), row)]


def _office(table: str, key: str, above: str) -> OwnProjector:
    """Name, office addresses and superior into the row with its key; of a change, only the fields that are given."""

    def project(event: PublicEvent, _: Fact) -> list[RowChange]:
        values = {name: getattr(event, name, None) for name in (key, above, *_OFFICE)}
        row = {name: value for name, value in values.items() if value is not None}
        return [Put(table, (row[key],), row)]

    return project


def _reparented(event: registry.PartyOrganisationReparented, _: Fact) -> list[RowChange]:
    row = {"organisation_id": event.organisation_id, "parent_id": event.to_parent_id}
    return [Put("organisations", (event.organisation_id,), row)]


_organisation = _office("organisations", "organisation_id", "parent_id")
_station = _office("stations", "station_id", "organisation_id")

CONTACTS = Projection(
    "contacts",
    2,
    ("members", "organisations", "stations"),
    {},
    {
        registry.MemberAdmitted: _admitted,
        registry.MemberContactChanged: _changed,
        registry.PersonErased: _erased,
        registry.PartyOrganisationFounded: _organisation,
        registry.PartyOrganisationChanged: _organisation,
        registry.PartyOrganisationReparented: _reparented,
        registry.StationOpened: _station,
        registry.StationChanged: _station,
    },
)
