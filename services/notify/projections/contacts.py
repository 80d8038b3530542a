"""How facts of the registry become the addresses that messages go to."""

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


def _office(table: str, key: str) -> OwnProjector:
    """Name and office addresses into the row with its key; of a change, only the fields that are given."""

    def project(event: PublicEvent, _: Fact) -> list[RowChange]:
        values = {name: getattr(event, name) for name in (key, *_OFFICE)}
        row = {name: value for name, value in values.items() if value is not None}
        return [Put(table, (row[key],), row)]

    return project


_organisation, _station = _office("organisations", "organisation_id"), _office("stations", "station_id")

CONTACTS = Projection(
    "contacts",
    1,
    ("members", "organisations", "stations"),
    {},
    {
        registry.MemberAdmitted: _admitted,
        registry.MemberContactChanged: _changed,
        registry.PersonErased: _erased,
        registry.PartyOrganisationFounded: _organisation,
        registry.PartyOrganisationChanged: _organisation,
        registry.StationOpened: _station,
        registry.StationChanged: _station,
    },
)
