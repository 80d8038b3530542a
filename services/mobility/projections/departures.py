"""Departures (外出登记) as rows."""

from services.mobility.domain.departure import events as departure
from services.mobility.projections import care_tables as tables
from services.mobility.projections.rows import RowOf
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import RowChange

_DEPARTURE = RowOf(tables.DEPARTURES)

_REGISTERED = (
    "member_id", "origin_branch_id", "origin_committee_id", "reason", "departs_on", "expected_until", "place_fixed",
    "credential", "must_transfer", "kept_because", "station_id", "station_organisation_id", "reported_in", "registered_at",
)  # fmt: skip


def _registered(event: departure.DepartureRegistered, fact: Fact) -> list[RowChange]:
    cited = event.rules.model_dump(mode="json", include={"area_code", "version", "source_document"})
    row = event.model_dump(include=set(_REGISTERED)) | event.destination.model_dump() | _waiting(event.station_id)
    return [_DEPARTURE.put(event, fact, **row, rules=cited)]


def _waiting(station_id: str | None) -> dict[str, str]:
    return {"status": "away" if station_id is None else "to_verify"}


def _moved_on(event: departure.DestinationChanged, fact: Fact) -> list[RowChange]:
    kept = {"expected_until", "place_fixed", "credential", "must_transfer", "station_id", "station_organisation_id"}
    row = event.model_dump(include=kept) | event.destination.model_dump() | _waiting(event.station_id)
    no_file = dict.fromkeys(("destination_organisation_id", "grid_id", "group_ids"))
    return [_DEPARTURE.put(event, fact, **row, **no_file)]


def _corrected(event: departure.RegistrationCorrected, fact: Fact) -> list[RowChange]:
    return [_DEPARTURE.put(event, fact, **({"status": "to_verify"} if event.to_verify else {}))]


def _filed(event: departure.MobileFileOpened, fact: Fact) -> list[RowChange]:
    columns = event.model_dump(include={"destination_organisation_id", "grid_id"})
    columns |= {"group_ids": list(event.group_ids), "filed_at": event.opened_at, "status": "on_file"}
    return [_DEPARTURE.put(event, fact, **columns)]


DEPARTURES = Projection(
    "departures",
    2,
    ("departures",),
    {
        departure.DepartureRegistered: _registered,
        departure.DestinationChanged: _moved_on,
        departure.StationLost: _DEPARTURE.sets({"station_id": None, "station_organisation_id": None, "status": "away"}),
        departure.StationNamed: _DEPARTURE.sets(
            {"status": "to_verify"}, station_id="station_id", station_organisation_id="station_organisation_id"
        ),
        departure.RegistrationCorrected: _corrected,
        departure.MobileMemberVerified: _DEPARTURE.sets(
            status="outcome", verified_at="verified_at", verification_text="text"
        ),
        departure.MobileFileOpened: _filed,
        departure.TransferProposed: _DEPARTURE.sets(transfer_proposed_at="proposed_at"),
        departure.TransferUnderWay: _DEPARTURE.sets(transfer_id="transfer_id"),
        departure.MemberReturned: _DEPARTURE.sets(returned_on="returned_on", return_outcome="outcome"),
        departure.DepartureEnded: _DEPARTURE.sets({"status": "ended"}, end_reason="reason", ended_at="ended_at"),
    },
    {},
)
