"""Stations (站) and posts (岗位)."""

from datetime import date

import pytest

from services.registry.domain.post.commands import AssignPost, LeavePost
from services.registry.domain.post.decider import POST
from services.registry.domain.post.events import PostAssigned, PostLeft
from services.registry.domain.station.commands import ChangeStation, OpenStation
from services.registry.domain.station.decider import STATION
from services.registry.domain.station.events import StationChanged, StationOpened
from services.registry.domain.vocabulary import PostKind, PostScope
from shared.kernel.errors import Invalid, Refused

OPENED = StationOpened(station_id="s1", name="南坪站", kind="guidance", area_code="430702", organisation_id="c1")
ASSIGNED = PostAssigned(
    post_id="p1", kind="liaison", person_id="m1", scope="unit", scope_id="u1", since=date(2026, 1, 1)
)


def open_station(name: str = "南坪站") -> OpenStation:
    return OpenStation(station_id="s1", name=name, kind="guidance", area_code="430702", organisation_id="c1")


def assign(kind: PostKind = "liaison", scope: PostScope = "unit", person_id: str = "m1") -> AssignPost:
    return AssignPost(post_id="p1", kind=kind, person_id=person_id, scope=scope, scope_id="u1", since=date(2026, 1, 1))


def test_a_station_opens_once() -> None:
    assert STATION.decide(open_station(), STATION.initial) == [OPENED]
    assert STATION.decide(open_station(), STATION.fold([OPENED])) == []
    with pytest.raises(Refused, match=r"^station-already-open:"):
        STATION.decide(open_station("北坪站"), STATION.fold([OPENED]))


def test_a_station_changes_by_what_changed_only() -> None:
    command = ChangeStation(station_id="s1", name="南坪站", office_phone="0736-7000000")
    events = STATION.decide(command, STATION.fold([OPENED]))
    assert events == [StationChanged(station_id="s1", office_phone="0736-7000000")]
    assert STATION.decide(command, STATION.fold([OPENED, *events])) == []


def test_a_station_that_is_consulted_has_a_telephone() -> None:
    consulted = ChangeStation(station_id="s1", functions=("consultation",))
    with pytest.raises(Invalid, match=r"^phone-missing:"):
        STATION.decide(consulted, STATION.fold([OPENED]))
    called = OPENED.model_copy(update={"office_phone": "0746-4221000"})
    assert STATION.decide(consulted, STATION.fold([called])) == [
        StationChanged(station_id="s1", functions=("consultation",))
    ]
    with pytest.raises(Invalid, match=r"^phone-missing:"):
        STATION.decide(open_station().model_copy(update={"functions": ("consultation",)}), STATION.initial)


def test_an_unknown_station_cannot_change() -> None:
    with pytest.raises(Refused, match=r"^station-unknown:"):
        STATION.decide(ChangeStation(station_id="s1"), STATION.initial)


def test_a_person_takes_a_post_and_leaves_it() -> None:
    assert POST.decide(assign(), POST.initial) == [ASSIGNED]
    left = POST.decide(LeavePost(post_id="p1", until=date(2026, 6, 30)), POST.fold([ASSIGNED]))
    assert left == [
        PostLeft(post_id="p1", kind="liaison", person_id="m1", scope="unit", scope_id="u1", until=date(2026, 6, 30))
    ]
    assert POST.decide(LeavePost(post_id="p1", until=date(2026, 6, 30)), POST.fold([ASSIGNED, *left])) == []


def test_a_post_is_one_persons_time_in_it() -> None:
    assert POST.decide(assign(), POST.fold([ASSIGNED])) == []
    with pytest.raises(Refused, match=r"^post-already-assigned:"):
        POST.decide(assign(person_id="m2"), POST.fold([ASSIGNED]))


@pytest.mark.parametrize("kind", ["station_head", "deputy_head"])
def test_heads_serve_stations(kind: PostKind) -> None:
    with pytest.raises(Invalid, match=r"^post-scope:"):
        POST.decide(assign(kind, "organisation"), POST.initial)
    assert POST.decide(assign(kind, "station"), POST.initial)


def test_nobody_leaves_a_post_before_taking_it() -> None:
    with pytest.raises(Refused, match=r"^post-unknown:"):
        POST.decide(LeavePost(post_id="p1", until=date(2026, 6, 30)), POST.initial)
    with pytest.raises(Invalid, match=r"^post-dates:"):
        POST.decide(LeavePost(post_id="p1", until=date(2025, 12, 31)), POST.fold([ASSIGNED]))


def test_a_post_that_was_left_cannot_be_left_on_another_day_or_taken_again() -> None:
    left = POST.fold([ASSIGNED, *POST.decide(LeavePost(post_id="p1", until=date(2026, 6, 30)), POST.fold([ASSIGNED]))])
    with pytest.raises(Refused, match=r"^post-already-left:"):
        POST.decide(LeavePost(post_id="p1", until=date(2026, 7, 1)), left)
    with pytest.raises(Refused, match=r"^post-already-assigned:"):
        POST.decide(assign(), left)
