"""Departures (外出登记) as rows."""

from typing import Any

from services.mobility.domain.care_terms import Place
from services.mobility.domain.departure import events as departure
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange


def _departure(event: departure.DepartureEvent, fact: Fact, **columns: Any) -> list[RowChange]:
    key = {"departure_id": event.departure_id, "version": fact.version}
    return [Put("departures", (event.departure_id,), key | columns)]


def _where(place: Place) -> dict[str, Any]:
    return place.model_dump()


_REGISTERED = (
    "member_id", "origin_branch_id", "origin_committee_id", "reason", "departs_on", "expected_until", "place_fixed",
    "credential", "must_transfer", "kept_because", "station_id", "station_organisation_id", "reported_in", "registered_at",
)  # fmt: skip


def _registered(event: departure.DepartureRegistered, fact: Fact) -> list[RowChange]:
    cited = event.rules.model_dump(mode="json", include={"area_code", "version", "source_document"})
    return _departure(
        event,
        fact,
        **event.model_dump(include=set(_REGISTERED)),
        **_where(event.destination),
        status="away" if event.station_id is None else "to_verify",
        rules=cited,
    )


def _moved_on(event: departure.DestinationChanged, fact: Fact) -> list[RowChange]:
    kept = {"expected_until", "place_fixed", "credential", "must_transfer", "station_id", "station_organisation_id"}
    return _departure(
        event,
        fact,
        **event.model_dump(include=kept),
        **_where(event.destination),
        status="away" if event.station_id is None else "to_verify",
        destination_organisation_id=None,
        grid_id=None,
        group_ids=None,
    )


def _corrected(event: departure.RegistrationCorrected, fact: Fact) -> list[RowChange]:
    return _departure(event, fact, **({"status": "to_verify"} if event.to_verify else {}))


def _verified(event: departure.MobileMemberVerified, fact: Fact) -> list[RowChange]:
    return _departure(event, fact, status=event.outcome, verified_at=event.verified_at, verification_text=event.text)


def _filed(event: departure.MobileFileOpened, fact: Fact) -> list[RowChange]:
    columns = event.model_dump(include={"destination_organisation_id", "grid_id"})
    return _departure(
        event, fact, **columns, group_ids=list(event.group_ids), filed_at=event.opened_at, status="on_file"
    )


def _transfer_proposed(event: departure.TransferProposed, fact: Fact) -> list[RowChange]:
    return _departure(event, fact, transfer_proposed_at=event.proposed_at)


def _returned(event: departure.MemberReturned, fact: Fact) -> list[RowChange]:
    return _departure(event, fact, returned_on=event.returned_on, return_outcome=event.outcome)


def _departure_ended(event: departure.DepartureEnded, fact: Fact) -> list[RowChange]:
    return _departure(event, fact, status="ended", end_reason=event.reason, ended_at=event.ended_at)


DEPARTURES = Projection(
    "departures",
    1,
    ("departures",),
    {
        departure.DepartureRegistered: _registered,
        departure.DestinationChanged: _moved_on,
        departure.RegistrationCorrected: _corrected,
        departure.MobileMemberVerified: _verified,
        departure.MobileFileOpened: _filed,
        departure.TransferProposed: _transfer_proposed,
        departure.MemberReturned: _returned,
        departure.DepartureEnded: _departure_ended,
    },
    {},
)
