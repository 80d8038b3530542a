"""Care, its duties and its contact log as rows."""

from typing import Any

from services.mobility.domain.care import events as care
from services.mobility.domain.care_terms import PartyRole
from services.mobility.projections import care_tables as tables
from services.mobility.projections.rows import RowOf
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, Remove, RowChange

_CARE = RowOf(tables.CARE)


def _party(role: PartyRole, party: care.CareParty | None) -> dict[str, Any]:
    person = party.person_id if party else None
    organisation = party.organisation_id if party else None
    if role == "station":
        station = party.station_id if party else None
        return {"station_id": station, "station_organisation_id": organisation, "station_person_id": person}
    return {f"{role}_id": organisation, f"{role}_person_id": person}


def _established(event: care.CareEstablished, fact: Fact) -> list[RowChange]:
    row = {
        "member_id": event.member_id,
        "model": event.model,
        "lead": event.lead,
        "lead_organisation_id": event.origin.organisation_id,
        "lead_since": event.established_at,
        "established_at": event.established_at,
    }
    return [_CARE.put(event, fact, **row, **_party("origin", event.origin), **_party("station", event.station))]


def _named(event: care.PartyNamed, fact: Fact) -> list[RowChange]:
    return [_CARE.put(event, fact, **_party(event.role, event.party))]


def _left(event: care.PartyLeft, fact: Fact) -> list[RowChange]:
    return [_CARE.put(event, fact, **_party(event.role, None))]


def _duty(event: care.DutyEvent, **columns: Any) -> Put:
    key = {"care_id": event.care_id, "duty_id": event.duty_id}
    return Put("care_duties", (event.care_id, event.duty_id), key | columns)


_HOLDER = {"holder_role", "organisation_id", "person_id"}


def _opened(event: care.DutyOpened, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={*_HOLDER, "member_id", "kind", "due_at"})
    return [_CARE.put(event, fact), _duty(event, **row, overdue=False, escalated_to=None)]


def _reassigned(event: care.DutyReassigned, fact: Fact) -> list[RowChange]:
    return [_CARE.put(event, fact), _duty(event, **event.model_dump(include=_HOLDER))]


def _overdue(event: care.CareDutyOverdue, fact: Fact) -> list[RowChange]:
    return [_CARE.put(event, fact), _duty(event, overdue=True)]


def _escalated(event: care.CareDutyEscalated, fact: Fact) -> list[RowChange]:
    return [_CARE.put(event, fact), _duty(event, escalated_to=event.superior_id)]


def _closed(event: care.DutyEvent, fact: Fact) -> list[RowChange]:
    return [_CARE.put(event, fact), Remove("care_duties", (event.care_id, event.duty_id))]


def _contacted(event: care.ContactLogged, fact: Fact) -> list[RowChange]:
    row = event.model_dump(exclude={"member_id"})
    return [
        _CARE.put(event, fact),
        Put("care_contacts", (event.care_id, event.contact_id), row),
    ]


CARE = Projection(
    "care",
    1,
    ("care", "care_duties", "care_contacts"),
    {
        care.CareEstablished: _established,
        care.PartyNamed: _named,
        care.PartyLeft: _left,
        care.CareLeadChanged: _CARE.sets(
            lead="to_role", lead_organisation_id="organisation_id", lead_since="changed_at"
        ),
        care.DutyOpened: _opened,
        care.DutyReassigned: _reassigned,
        care.DutyDone: _closed,
        care.DutyDropped: _closed,
        care.CareDutyOverdue: _overdue,
        care.CareDutyEscalated: _escalated,
        care.ContactLogged: _contacted,
        care.CareEnded: _CARE.sets(end_reason="reason", ended_at="ended_at"),
    },
    {},
)
