"""外出登记、排查核实、建档立卡、返乡 (domain N08, N09, N31)."""

from datetime import date, datetime

import pytest

from services.mobility.domain.care_rules.rules import CareRules, CitedRules
from services.mobility.domain.care_terms import Place
from services.mobility.domain.departure.commands import (
    ChangeDestination,
    CorrectRegistration,
    DisownMember,
    EndDeparture,
    LoseStation,
    NameStation,
    OpenFile,
    ProposeTransfer,
    RecordReturn,
    VerifyMember,
)
from services.mobility.domain.departure.decide import mobile_at
from services.mobility.domain.departure.decider import DEPARTURE, on_timer, timers
from services.mobility.domain.departure.events import (
    DepartureEnded,
    DepartureRegistered,
    DestinationChanged,
    MemberReturned,
    MobileFileOpened,
    MobileMemberVerified,
    RegistrationCorrected,
    StationLost,
    StationNamed,
    TransferProposed,
)
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, DueTimer
from tests.support.sealed_words import sealed_words
from tests.unit.mobility.away import HUMEN, going
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0, at


def finds(outcome: str, text: str | None = None) -> VerifyMember:
    words = text and sealed_words(text)
    said = {"departure_id": "d1", "outcome": outcome, "verified_by": "far", "verified_at": at(2), "text": words}
    return VerifyMember.model_validate(said)


def files(**changed: object) -> OpenFile:
    said = {"departure_id": "d1", "grid_id": "g1", "group_ids": ("trade-tea",), "opened_by": "far", "opened_at": at(3)}
    return OpenFile.model_validate(said | changed)


def returns(day: date, recorded: datetime = T0, outcome: str = "none") -> RecordReturn:
    said = {"departure_id": "d1", "returned_on": day, "outcome": outcome, "recorded_by": "b1", "recorded_at": recorded}
    return RecordReturn.model_validate(said)


def corrects() -> CorrectRegistration:
    return CorrectRegistration(departure_id="d1", corrected_by="b1", corrected_at=at(4))


def registered(**changed: object) -> DepartureRegistered:
    [event, *_] = DEPARTURE.decide(going(**changed), DEPARTURE.initial)  # type: ignore[arg-type]
    assert isinstance(event, DepartureRegistered)
    return event


def test_a_departure_is_registered_with_the_rules_it_was_registered_under() -> None:
    rules = CitedRules(area_code="350921", version=3, source_document="doc-3", rules=CareRules(unproven_months=6))
    state = given(DEPARTURE).when(going(rules=rules)).then(DepartureRegistered)
    assert state.open is not None
    assert state.open.registered.credential == "none"
    assert state.open.rules.source_document == "doc-3"
    assert state.open.status == "to_verify"


def test_no_event_says_how_to_reach_somebody() -> None:
    assert not {"phone", "email", "address", "contact"} & set(DepartureRegistered.model_fields)


def test_a_member_has_one_open_departure() -> None:
    given(DEPARTURE, going()).when(going("d2")).then_refused("departure-open")
    given(DEPARTURE, going()).when(going()).then_nothing()
    ended = (going(), EndDeparture(reason="transferred", ended_at=at(9)))
    assert given(DEPARTURE, *ended).when(going("d2")).then(DepartureRegistered).open is not None
    given(DEPARTURE, *ended).when(going("d1")).then_refused("departure-exists")


def test_six_months_at_a_fixed_place_propose_a_transfer_at_once() -> None:
    given(DEPARTURE).when(going(expected_until=date(2026, 7, 31))).then(DepartureRegistered, TransferProposed)
    later = going(expected_until=date(2026, 7, 31), kept_because=sealed_words("the firm moves again in autumn"))
    state = given(DEPARTURE).when(later).then(DepartureRegistered)
    assert state.open is not None
    assert state.open.registered.credential == "mobile_card"


def test_six_months_that_pass_propose_a_transfer_and_decide_nothing() -> None:
    event = registered(expected_until=None)
    [timer] = timers(event)
    assert timer == ArmTimer("six-months-away", mobile_at(event))
    due = DueTimer("departure-m1", "six-months-away", mobile_at(event), at(400))
    state = given(DEPARTURE, going(expected_until=None)).when(on_timer(due)).then(TransferProposed)
    assert state.open is not None
    given(DEPARTURE, going(place_fixed=False, expected_until=None)).when(on_timer(due)).then_nothing()
    given(DEPARTURE, going(expected_until=None), on_timer(due)).when(on_timer(due)).then_nothing()


def test_a_timer_of_an_earlier_departure_proposes_nothing() -> None:
    old = ProposeTransfer(due_at=at(1), now=at(200))
    given(DEPARTURE, going(expected_until=None)).when(old).then_nothing()
    given(DEPARTURE).when(old).then_nothing()


def test_days_that_cannot_be_are_refused() -> None:
    given(DEPARTURE).when(going(expected_until=date(2026, 1, 1))).then_refused("ends-before-it-begins")
    given(DEPARTURE).when(going(reported_in=True, departs_on=date(2026, 3, 1))).then_refused("not-yet-arrived")


def test_only_who_was_found_is_put_on_file() -> None:
    given(DEPARTURE, going()).when(files()).then_refused("not-found-yet")
    given(DEPARTURE, going(), finds("not_found")).when(files()).then_refused("not-found-yet")
    state = given(DEPARTURE, going(), finds("found")).when(files()).then(MobileFileOpened)
    assert state.open is not None
    assert state.open.status == "on_file"


def test_grid_and_groups_can_change_on_file() -> None:
    history = (going(), finds("found"), files())
    given(DEPARTURE, *history).when(files()).then_nothing()
    given(DEPARTURE, *history).when(files(group_ids=("trade-tea", "area-humen"))).then(MobileFileOpened)


def test_what_is_wrong_is_said_and_verified_again_after_correction() -> None:
    given(DEPARTURE, going()).when(finds("wrong")).then_refused("text-missing")
    history = (going(), finds("wrong", "no such firm"))
    state = given(DEPARTURE, *history).when(corrects()).then(RegistrationCorrected)
    assert state.open is not None
    assert state.open.status == "to_verify"
    given(DEPARTURE, going()).when(corrects()).then_refused("nothing-to-correct")


def test_without_a_station_nobody_verifies() -> None:
    given(DEPARTURE, going(station_id=None)).when(finds("found")).then_refused("no-station")


def test_moving_on_begins_the_verification_anew() -> None:
    move = ChangeDestination(
        departure_id="d1",
        destination=Place(place="大阪", abroad=True),
        expected_until=date(2027, 1, 31),
        place_fixed=True,
        station_id=None,
        changed_by="b1",
        changed_at=at(9),
    )
    history = (going(), finds("found"), files())
    state = given(DEPARTURE, *history).when(move).then(DestinationChanged, TransferProposed)
    assert state.open is not None
    assert (state.open.status, state.open.file, state.open.destination.abroad) == ("away", None, True)


def test_a_return_ends_the_departure_with_its_outcome() -> None:
    done = returns(date(2026, 2, 1), at(3), "village_committee")
    state = given(DEPARTURE, going()).when(done).then(MemberReturned, DepartureEnded)
    assert state.open is None
    given(DEPARTURE, going(), done).when(done).then_refused("departure-ended")
    given(DEPARTURE, going()).when(returns(date(2026, 1, 1))).then_refused("returned-before-leaving")
    given(DEPARTURE, going()).when(returns(date(2026, 5, 1))).then_refused("returns-later")
    given(DEPARTURE).when(done).then_refused("departure-unknown")


def test_who_reported_in_can_be_disowned_and_who_was_registered_cannot() -> None:
    disown = DisownMember(departure_id="d1", disowned_by="b1", disowned_at=at(2))
    arrived = going(reported_in=True, departs_on=date(2026, 1, 1))
    state = given(DEPARTURE, arrived).when(disown).then(DepartureEnded)
    assert state.open is None
    given(DEPARTURE, going()).when(disown).then_refused("registered-by-the-origin")


def test_a_membership_that_followed_ends_the_departure() -> None:
    ended: list[DomainEvent] = list(
        DEPARTURE.decide(EndDeparture(reason="transferred", ended_at=at(5)), given(DEPARTURE, going()).state)
    )
    assert [event.reason for event in ended if isinstance(event, DepartureEnded)] == ["transferred"]
    given(DEPARTURE).when(EndDeparture(reason="transferred", ended_at=at(5))).then_nothing()


def test_a_verification_that_is_repeated_does_nothing() -> None:
    given(DEPARTURE, going(), finds("found")).when(finds("found")).then_nothing()
    given(DEPARTURE, going(), finds("found"), files()).when(finds("not_found")).then_refused("on-file-already")
    given(DEPARTURE, going(), finds("not_found")).when(finds("found")).then(MobileMemberVerified)


def test_a_place_is_in_the_country_or_abroad() -> None:
    assert HUMEN.area_code == "441900"
    for wrong in ({"place": "x"}, {"place": "x", "area_code": "441900", "abroad": True}):
        with pytest.raises(ValueError, match="area code"):
            Place.model_validate(wrong)


def loses(station_id: str = "s1") -> LoseStation:
    return LoseStation(station_id=station_id, lost_at=at(5))


def names(station_id: str) -> NameStation:
    said = {"departure_id": "d1", "station_id": station_id, "station_organisation_id": "near", "named_by": "b1"}
    return NameStation.model_validate(said | {"named_at": at(6)})


def test_a_station_that_is_closed_verifies_nobody_and_another_one_takes_over() -> None:
    on_file = given(DEPARTURE, going(), finds("found"), files())
    lost = on_file.when(loses()).then(StationLost).open
    assert lost is not None
    assert (lost.station_id, lost.status) == (None, "away")
    given(DEPARTURE, going(), loses()).when(finds("found")).then_refused("no-station")
    named = given(DEPARTURE, going(), finds("found"), loses()).when(names("s2")).then(StationNamed).open
    assert named is not None
    assert (named.station_id, named.status) == ("s2", "to_verify"), "what another one found out, it has not seen"


def test_a_station_closes_once_and_for_those_only_whom_it_looks_after() -> None:
    given(DEPARTURE, going(), loses()).when(loses()).then_nothing()
    given(DEPARTURE, going(), loses(), names("s2")).when(loses()).then_nothing()
    given(DEPARTURE, going(), loses(), names("s2")).when(names("s2")).then_nothing()
    given(DEPARTURE).when(loses()).then_nothing()
    given(DEPARTURE).when(names("s2")).then_refused("departure-unknown")
