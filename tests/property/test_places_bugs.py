"""Faults of stations and places that the state machine found, each as small as it can be told."""

from datetime import timedelta
from typing import Any

from services.registry.application import closing_places, posts, relations
from services.registry.domain.inspection.commands import InspectSite, Rectify, Result
from services.registry.domain.inspection.decider import INSPECTION
from services.registry.domain.place.commands import ClosePlace, OpenPlace
from services.registry.domain.place.decider import PLACE
from services.registry.domain.place.kinds import KINDS
from services.registry.domain.post.commands import AssignPost
from services.registry.domain.station.commands import OpenStation
from services.registry.domain.station.decider import STATION
from shared.eventstore.unit_of_work import UnitOfWork
from tests.property.registry_parts import TODAY, Registry
from tests.property.test_roll_bugs import settled


def with_places() -> Registry:
    """And a station, a platform, a grid, a cluster; a site that is called as the station is."""
    registry = settled()

    async def enter(unit: UnitOfWork) -> None:
        await unit.handle(STATION, "s", station())
        for key, kind in (("p", "platform"), ("g", "grid"), ("k", "cluster"), ("s", "site")):
            facts: dict[str, Any] = {"kind": kind, "form": KINDS[kind].forms[0]}  # type: ignore[index]
            facts["governance"] = "joint" if kind == "platform" else None
            opened = OpenPlace(
                place_id=key, name="处", area_code="430702", organisation_id="root", opened_on=TODAY, **facts
            )
            await unit.handle(PLACE, key, opened)

    assert registry.at_once(enter) == [""]
    return registry


def station() -> OpenStation:
    return OpenStation(station_id="s", name="站", kind="guidance", area_code="430702", organisation_id="root")


def test_bug_2111_a_centre_that_is_no_station_is_refused_and_no_failure_of_ours() -> None:
    registry = with_places()
    assert registry.at_once(lambda unit: relations.begin(unit, "centre", "p", "member", "m", TODAY)) == [
        "relation-ends"
    ]


def test_bug_2112_a_station_that_was_closed_is_not_opened_again_as_if_nothing_had_happened() -> None:
    registry = with_places()
    assert registry.at_once(("station", "s")) == [""]
    assert registry.at_once(lambda unit: unit.handle(STATION, "s", station())) == ["station-already-open"]


def test_bug_2113_two_pairs_whose_ids_read_the_same_are_not_taken_for_one() -> None:
    """The second was answered as begun and was not there."""
    registry = with_places()
    assert registry.at_once(lambda unit: relations.begin(unit, "gathers", "k", "station", "s", TODAY)) == [""]
    assert registry.at_once(lambda unit: relations.begin(unit, "gathers", "k", "site", "s", TODAY)) == [
        "relation-exists"
    ]


def test_bug_2114_what_was_put_right_is_shown_as_long_as_it_is_put_right_bit_by_bit() -> None:
    registry = with_places()
    results = tuple(Result(code=code, met=False) for code in ("room", "flag"))
    found = InspectSite(
        inspection_id="i", scope="site", scope_id="s", organisation_id="root", document_id="d", number=1,
        items={"room": True, "flag": True}, results=results, inspected_on=TODAY, inspected_by="root", person_id="p",
        rectify_by=TODAY + timedelta(days=9),
    )  # fmt: skip
    assert registry.at_once(lambda unit: unit.handle(INSPECTION, "i", found)) == [""]

    def rectified(code: str, days: int = 1) -> list[str]:
        done = Rectify(results=(Result(code=code, met=True, note="x"),), rectified_on=TODAY + timedelta(days=days),
                       person_id="p")  # fmt: skip
        return registry.at_once(lambda unit: unit.handle(INSPECTION, "i", done))

    assert rectified("room", days=-1) == ["rectified-on"], "before it was found missing"
    assert rectified("room") == rectified("flag") == [""]
    [row] = registry.rows("inspections")
    assert [done["code"] for done in row["rectified"]] == ["room", "flag"]
    assert row["passed"]


def test_bug_2115_nobody_is_wanted_and_nothing_held_where_something_closed() -> None:
    """Of a grid that was no more its head was missing, and a station that had closed was told to fill a vacancy."""
    registry = with_places()
    head = AssignPost(post_id="h", kind="grid_head", person_id="m", scope="grid", scope_id="g", since=TODAY)
    assert registry.at_once(lambda unit: posts.assign(unit, head)) == [""]
    assert registry.at_once(lambda unit: posts.set_strength(unit, "grid_head", "grid", "g", 1, "x", 5, None)) == [""]
    assert registry.at_once(lambda unit: posts.set_strength(unit, "station_head", "station", "s", 1, "x", 5, None)) == [
        ""
    ]
    assert registry.at_once(lambda unit: relations.begin(unit, "covers", "g", "organisation", "b0", TODAY)) == [""]
    gone = ClosePlace(closed_on=TODAY, reason="撤")
    assert registry.at_once(lambda unit: closing_places.close(unit, "g", gone), ("station", "s")) == ["", ""]
    registry.clock.advance(timedelta(days=30))
    registry.fire_timers()
    assert [row["until"] for table in ("posts", "relations") for row in registry.rows(table)] == [TODAY, TODAY]
    assert not [one for one in registry.store.data.events if one.type == "vacancy-overdue"]
