"""A member who goes away, in a few words: commands with everything that does not matter filled in."""

from datetime import date
from typing import Any, Final

from services.mobility.domain.care.commands import EstablishCare
from services.mobility.domain.care.events import CareParty
from services.mobility.domain.care_rules.rules import CitedRules
from services.mobility.domain.care_terms import Place
from services.mobility.domain.departure.commands import RegisterDeparture
from services.mobility.domain.lost_contact.commands import DecideLoss, LogSearch, ReportLoss
from tests.support.sealed_words import sealed_words
from tests.unit.mobility.transfers import T0, at

ORIGIN: Final = CareParty(organisation_id="b1", person_id="secretary", superior_id="c1")
STATION: Final = CareParty(organisation_id="far", person_id="head", station_id="s1", superior_id="city")
DESTINATION: Final = CareParty(organisation_id="b9", person_id="host", superior_id="c9")
HUMEN: Final = Place(area_code="441900", place="虎门镇")


def going(departure_id: str = "d1", **changed: Any) -> RegisterDeparture:
    return RegisterDeparture.model_validate(
        {
            "departure_id": departure_id,
            "member_id": "m1",
            "origin_branch_id": "b1",
            "origin_committee_id": "c1",
            "reason": "work",
            "destination": HUMEN,
            "departs_on": date(2026, 1, 31),
            "expected_until": date(2026, 6, 30),
            "place_fixed": True,
            "station_id": "s1",
            "station_organisation_id": "far",
            "rules": CitedRules(),
            "registered_by": "b1",
            "registered_at": T0,
            **changed,
        }
    )


def caring(**changed: Any) -> EstablishCare:
    return EstablishCare.model_validate(
        {
            "care_id": "d1",
            "member_id": "m1",
            "model": "three_party",
            "origin": ORIGIN,
            "station": STATION,
            "rules": CitedRules(),
            "abroad": False,
            "established_at": T0,
            **changed,
        }
    )


def losing(**changed: Any) -> ReportLoss:
    return ReportLoss.model_validate(
        {
            "member_id": "m1",
            "branch_id": "b1",
            "committee_id": "c1",
            "superior_id": "k1",
            "probationary": False,
            "lost_since": date(2025, 12, 31),
            "person_id": "secretary",
            "reported_by": "b1",
            "reported_at": T0,
            **changed,
        }
    )


def searching(search_id: str = "1") -> LogSearch:
    return LogSearch(
        search_id=search_id, way="family", text=sealed_words("asked at home"), searched_by="b1", searched_at=at(1)
    )


def judging(proposal: str, day: float, agreed: bool = True, **changed: Any) -> DecideLoss:
    return DecideLoss.model_validate(
        {
            "proposal": proposal,
            "agreed": agreed,
            "decided_by": "b1",
            "approved_by": "c1",
            "person_id": "chair",
            "decided_on": at(day).date(),
            "text": sealed_words("every way was tried"),
            "decided_at": at(day),
            **changed,
        }
    )
