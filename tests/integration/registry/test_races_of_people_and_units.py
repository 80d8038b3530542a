"""Two decisions at once about people who leave, units and places that close, in both orders; and two lists at once.

As in `test_races`: of each pair one has decided and has not committed when the other one is served from beginning to end.
"""

import asyncio
from typing import cast

import pytest

from shared.contracts.registry import UnitClosed
from tests.integration.registry.conftest import Door
from tests.integration.registry.test_lists_http import HEAD, bring, code, line
from tests.integration.registry.test_races import Act, asking, end_of, interrupted
from tests.integration.registry.town import UNIT, Town

DONE = (200, "")
MADE = (201, "")


def appoint(post_id: str, person: str, scope: str, at: str, kind: str = "liaison") -> Act:
    body = {"post_id": post_id, "kind": kind, "person_id": person, "scope": scope, "scope_id": at, "since": -1}
    return asking("POST", "/posts", body)


def hand_to(person: str) -> Act:
    """The head of s1 leaves, and that person takes over."""
    return asking(
        "POST", "/posts/head/departure", {"until": 0, "successor": {"person_id": person, "since": "2027-01-01"}}
    )


def relate(kind: str, from_id: str, to_scope: str, to_id: str) -> Act:
    body = {"kind": kind, "from_id": from_id, "to_scope": to_scope, "to_id": to_id, "since": -1}
    return asking("POST", "/relations", body)


def close_unit(on: int = 0) -> Act:
    return asking("POST", f"/units/{UNIT}/closure", {"closed_on": on, "reason": "注销"})


def cover() -> Act:
    return asking("PUT", f"/units/{UNIT}/covers/b1", {"mode": "area", "on": -1})


def plan() -> Act:
    body = {"by": "c1", "mode": "single", "start_on": 0, "due_on": 30, "contact_person_id": "m1"}
    return asking("PUT", f"/units/{UNIT}/plan", body)


def found_there() -> Act:
    body = {"organisation_id": "own", "name": "甲公司支部", "kind": "branch", "parent_id": "c1", "area_code": "350102",
            "unit_uscc": UNIT}  # fmt: skip
    return asking("POST", "/organisations", body)


@pytest.fixture
async def town(settled: Town) -> Town:
    """With a head of s1 who is not about to leave the roll, and a team."""
    await settled.assign("head", "station_head", "m2", "station", "s1")
    team = {"place_id": "team", "kind": "team", "form": "service", "name": "服务团", "area_code": "350102",
            "organisation_id": "c1", "opened_on": settled.day(-30)}  # fmt: skip
    await settled.post("/places", team)
    return settled


async def posts_of(town: Town, query: str) -> list[tuple[str, str | None]]:
    return [(row["post_id"], row["until"]) for row in await town.items(f"/posts?{query}")]


async def test_bug_2109_whoever_is_given_a_post_while_leaving_the_roll_does_not_leave_it(town: Town) -> None:
    """Neither saw the other: the post was held by somebody who was no member, and no vacancy was told."""
    appointed = appoint("p", "m1", "station", "s1", "instructor")
    assert await interrupted(town, end_of("m1"), appointed, "membership-ended") == ((409, "member-holds-posts"), MADE)
    assert (await town.get("/members/m1"))["left_on"] is None


async def test_bug_2109_nor_does_whoever_takes_over_a_post_in_that_moment(town: Town) -> None:
    leaving, taken_over = await interrupted(town, end_of("m1"), hand_to("m1"), "membership-ended")
    assert (leaving, taken_over) == ((409, "member-holds-posts"), DONE)
    assert (await town.get("/members/m1"))["left_on"] is None


async def test_nobody_is_given_a_post_who_left_the_roll_in_the_same_moment(town: Town) -> None:
    appointed = appoint("p", "m1", "station", "s1", "instructor")
    assert await interrupted(town, appointed, end_of("m1"), "post-assigned") == ((409, "member-left"), DONE)
    assert await posts_of(town, "person_id=m1") == []


async def test_a_post_is_not_handed_to_somebody_who_left_the_roll_in_the_same_moment(town: Town) -> None:
    assert await interrupted(town, hand_to("m1"), end_of("m1"), "post-assigned") == ((409, "member-left"), DONE)
    assert await posts_of(town, "kind=station_head") == [("head", None)], "all of it or nothing"


async def test_a_member_who_leaves_the_roll_is_in_no_team_whichever_was_first(town: Town) -> None:
    in_the_team = relate("manned", "team", "member", "m1")
    assert await interrupted(town, end_of("m1"), in_the_team, "membership-ended") == (DONE, MADE)
    assert [row["until"] for row in await town.items("/relations?from_id=team")] == [town.day(-1)]
    in_the_team = relate("manned", "team", "member", "m3")
    assert await interrupted(town, in_the_team, end_of("m3"), "relation-begun") == ((409, "place-unknown"), DONE)
    assert len(await town.items("/relations?from_id=team")) == 1


@pytest.mark.parametrize(
    ("arrival", "event", "refused"),
    [
        (cover(), "unit-covered", "unit-closed"),
        (plan(), "formation-plan-adopted", "unit-closed"),
        (found_there(), "party-organisation-founded", "unit-closed"),
        (appoint("p", "m1", "unit", UNIT), "post-assigned", "place-unknown"),
        (appoint("p", "m1", "unit", UNIT, "instructor"), "post-assigned", "place-unknown"),
        (relate("serves", "s1", "unit", UNIT), "relation-begun", "place-unknown"),
    ],
    ids=["cover", "plan", "founding", "liaison", "instructor", "relation"],
)
async def test_nothing_begins_at_a_unit_that_was_closed_in_the_same_moment(
    town: Town, arrival: Act, event: str, refused: str
) -> None:
    assert await interrupted(town, arrival, close_unit(), event) == ((409, refused), DONE)
    await _nothing_is_left(town)


@pytest.mark.parametrize(
    "arrival",
    [
        cover(),
        plan(),
        appoint("p", "m1", "unit", UNIT),
        appoint("p", "m1", "unit", UNIT, "instructor"),
        relate("serves", "s1", "unit", UNIT),
    ],
    ids=["cover", "plan", "liaison", "instructor", "relation"],
)
async def test_what_begins_at_a_unit_while_it_is_closed_ends_with_it(town: Town, arrival: Act) -> None:
    closing, begun = await interrupted(town, close_unit(), arrival, "unit-closed")
    assert (closing, begun[0] // 100) == (DONE, 2)
    await _nothing_is_left(town)


async def test_an_organisation_that_is_founded_while_its_unit_closes_stands_and_covers_nothing(town: Town) -> None:
    """Whether it is dissolved is for its superior to decide; the closure is a fact and does not wait for that."""
    assert await interrupted(town, close_unit(), found_there(), "unit-closed") == (DONE, MADE)
    assert (await town.get("/organisations/own"))["dissolved"] is False
    counted = (await town.get("/coverage?area_code=350102"))["total"]
    assert (counted["operating"], counted["covered"]) == (0, 0)
    for _ in range(2):
        await town.hear(UnitClosed(uscc=UNIT, closed_on=town.today, reason="注销"))
    told = [name for name in await town.published() if "organisation-without-unit" in name]
    assert len(told) == 1, "its superior is told, once"


async def _nothing_is_left(town: Town) -> None:
    ledger = await town.get(f"/units/{UNIT}/ledger")
    assert ledger["unit"]["closed_on"] == town.day(0)
    assert all(one["until"] is not None for one in ledger["covers"])
    assert ledger["posts"] == []
    assert ledger["plan"] is None or ledger["plan"]["status"] == "abandoned"
    assert all(row["until"] is not None for row in await town.items(f"/relations?to_id={UNIT}"))


def close_place() -> Act:
    return asking("POST", "/places/team/closure", {"closed_on": 0, "reason": "撤"})


async def test_nothing_is_related_to_a_place_that_closes_whichever_was_first(town: Town) -> None:
    serving = relate("assists", "team", "organisation", "b1")
    assert await interrupted(town, serving, close_place(), "relation-begun") == ((409, "place-unknown"), DONE)
    assert await town.items("/relations?from_id=team") == []


async def test_what_is_related_to_a_place_while_it_closes_ends_with_it(town: Town) -> None:
    serving = relate("assists", "team", "organisation", "b1")
    assert await interrupted(town, close_place(), serving, "place-closed") == (DONE, MADE)
    assert [row["until"] for row in await town.items("/relations?from_id=team")] == [town.day(0)]


async def test_of_two_liaisons_of_a_unit_at_once_one_is_refused_whoever_was_first(town: Town) -> None:
    ones, others = appoint("one", "m1", "unit", UNIT), appoint("other", "m3", "unit", UNIT)
    assert await interrupted(town, ones, others, "post-assigned") == ((409, "post-already-held"), MADE)
    assert await posts_of(town, "kind=liaison") == [("other", None)]
    assert await asking("POST", "/posts/other/departure", {"until": 0})(town) == DONE
    assert await interrupted(town, appoint("two", "m3", "unit", UNIT), ones, "post-assigned") == (
        (409, "post-already-held"),
        MADE,
    )
    assert (await town.get(f"/units/{UNIT}/ledger"))["posts"][0]["person_id"] == "m1"


JUNE, JULY = "2026-06-30", "2026-07-31"


def lists(door: Door) -> tuple[Act, Act]:
    """Of June with the units 1 to 4, and of July with 3 to 6; the latter have other facts."""

    def brought(day: str, numbers: range, name: str) -> Act:
        async def act(_: Town) -> tuple[int, str]:
            answer = await bring(door, HEAD + "".join(line(one, name) for one in numbers), list_date=day)
            counts = {what: number for what, number in answer["counts"].items() if what not in ("rows", "not_listed")}
            return 201, " ".join(f"{what} {number}" for what, number in sorted(counts.items()))

        return act

    return brought(JUNE, range(1, 5), "六月"), brought(JULY, range(3, 7), "七月")


async def names(door: Door) -> list[str]:
    return [(await door("GET", f"/units/{code(number)}"))["name"] for number in range(1, 7)]


WHATEVER_WAS_FIRST = ["六月", "六月", "七月", "七月", "七月", "七月"]


async def test_of_two_lists_at_once_the_newer_facts_stay_whichever_was_first(door: Door) -> None:
    june, july = lists(door)
    world = cast("Town", door.world)
    assert await interrupted(world, june, july, "unit-registered") == ((201, "new 2 older 2"), (201, "new 4"))
    assert await names(door) == WHATEVER_WAS_FIRST


async def test_and_each_report_says_what_became_of_its_own_rows(door: Door) -> None:
    june, july = lists(door)
    world = cast("Town", door.world)
    assert await interrupted(world, july, june, "unit-registered") == ((201, "changed 2 new 2"), (201, "new 4"))
    assert await names(door) == WHATEVER_WAS_FIRST


async def test_lists_of_several_parts_at_once_enter_every_unit_once(door: Door) -> None:
    """Each meets the other's parts, and one is brought twice at the same time."""

    def text(first: int, last: int, name: str) -> str:
        return HEAD + "".join(line(number, name) for number in range(first, last))

    june, july, again = await asyncio.gather(
        bring(door, text(0, 900, "六月"), list_date=JUNE),
        bring(door, text(600, 1500, "七月"), list_date=JULY),
        bring(door, text(600, 1500, "七月"), list_date=JULY),
    )
    counts = [one["counts"] for one in (june, july, again)]
    for one in counts:
        assert sum(number for what, number in one.items() if what not in ("rows", "not_listed")) == one["rows"] == 900
    assert sum(one["new"] for one in counts if "new" in one) == 1500
    rows = await door.world.store.find_rows("units", {})
    assert {row["uscc"]: row["name"] for row in rows} == {
        code(number): "六月" if number < 600 else "七月" for number in range(1500)
    }
