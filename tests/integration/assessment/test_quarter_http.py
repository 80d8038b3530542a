"""A quarter at the HTTP door: rules frozen at its opening, scores with their reasons, results once."""

import asyncio
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from tests.integration.assessment.world import RULES, World

SCORES: dict[str, Any] = {"scores": {"visits": 50, "reports": 20}}


async def score(world: World, instructor: str = "i-b1", **body: Any) -> httpx.Response:
    return await world.http.post(f"/quarters/2026Q4/assessments/{instructor}", json=body)


async def test_from_rules_to_results(world: World) -> None:
    await world.opened()
    assert (await score(world, **SCORES)).json()["total"] == "90.00"
    assert (await score(world, scores={"visits": 60, "reports": 20}, reason="a visit was missing")).status_code == 200
    shown = (await world.http.get("/quarters/2026Q4")).json()
    assert shown["status"] == "open"
    [mine] = [one for one in shown["assessments"] if one["instructor_id"] == "i-b1"]
    assert (mine["total"], mine["times_scored"], mine["sealed"]) == ("100.00", 2, False)
    published = await world.http.post("/quarters/2026Q4/publication")
    assert published.json()["results"] == {"i-b1": "100.00"}
    assert "i-city" in published.json()["unscored"]
    again = await world.http.post("/quarters/2026Q4/publication")
    assert again.json() == published.json()
    shown = (await world.http.get("/quarters/2026Q4")).json()
    assert shown["status"] == "published"
    assert all(one["sealed"] for one in shown["assessments"])
    late = await score(world, scores={"visits": 1, "reports": 1}, reason="too late")
    assert (late.status_code, late.json()["code"]) == (409, "assessment-sealed")
    unscored = await score(world, "i-city", **SCORES)
    assert unscored.json()["code"] == "assessment-sealed"


async def test_scores_and_publication_at_once_never_lose_a_score(world: World) -> None:
    await world.opened()
    answers = await asyncio.gather(
        *(score(world, one, **SCORES) for one in ("i-b1", "i-city", "i-unit")),
        world.http.post("/quarters/2026Q4/publication"),
        *(score(world, one, **SCORES) for one in ("i-b3", "i-station")),
    )
    kept = {
        answer.json()["instructor_id"]
        for answer in answers
        if answer.status_code == 200 and "instructor_id" in answer.json()
    }
    shown = (await world.http.get("/quarters/2026Q4")).json()
    if shown["status"] == "published":
        assert set(shown["results"]) == kept


async def test_who_serves_is_frozen_at_the_opening(world: World) -> None:
    await world.leave("i-b3", "organisation", "b3", date(2026, 6, 30))
    await world.opened()
    await world.assign("i-later", "organisation", "b3")
    shown = (await world.http.get("/quarters/2026Q4")).json()
    covered = [one["instructor_id"] for one in shown["assessments"]]
    assert covered == ["i-b1", "i-city", "i-far-station", "i-station", "i-unit"]
    assert (await score(world, "i-later", **SCORES)).json()["code"] == "instructor-not-covered"
    again = await world.http.post("/quarters/2026Q4/opening", json={"rule_set_id": "r", "closes_on": "2026-12-31"})
    assert again.status_code == 201
    other = await world.http.post("/quarters/2026Q4/opening", json={"rule_set_id": "r", "closes_on": "2026-12-30"})
    assert other.json()["code"] == "quarter-already-open"


async def test_a_quarter_is_measured_by_the_rules_in_force_on_its_first_day(world: World) -> None:
    await world.opened()
    later = RULES | {"version": 2, "effective_from": "2026-11-01", "title": "新办法"}
    assert (await world.http.post("/rule-sets/r/versions", json=later)).status_code == 201
    body = {"rule_set_id": "r", "closes_on": "2027-03-31"}
    answers = {
        quarter: (await world.http.post(f"/quarters/{quarter}/opening", json=body)).json()["rule_set_version"]
        for quarter in ("2026Q3", "2027Q1")
    }
    assert answers == {"2026Q3": 1, "2027Q1": 2}
    early = await world.http.post("/quarters/2025Q4/opening", json=body)
    assert (early.status_code, early.json()["code"]) == (409, "rule-set-unknown")


async def test_scores_are_taken_until_the_last_day_and_not_after(world: World) -> None:
    await world.opened()
    world.clock.shift(timedelta(days=41, hours=7))  # the last hour of 31 December in Shanghai
    assert (await score(world, **SCORES)).status_code == 200
    world.clock.shift(timedelta(hours=1, minutes=1))
    assert (await score(world, "i-city", **SCORES)).json()["code"] == "quarter-closed"
    assert (await world.http.post("/quarters/2026Q4/publication")).status_code == 200


@pytest.mark.parametrize(
    ("scores", "code"),
    [
        ({"visits": 61, "reports": 1}, "score-above-maximum"),
        ({"visits": -1, "reports": 1}, "negative-score"),
        ({"visits": 1}, "missing-item"),
        ({"visits": 1, "reports": 1, "songs": 1}, "unknown-item"),
        ({"visits": 1.005, "reports": 1}, "invalid-input"),
        ({"visits": "NaN", "reports": 1}, "invalid-input"),
        ({"visits": "1e999", "reports": 1}, "invalid-input"),
        ({"visits": None, "reports": 1}, "invalid-input"),
        ({}, "invalid-input"),
    ],
)
async def test_bad_scores_are_told_by_item(world: World, scores: dict[str, Any], code: str) -> None:
    await world.opened()
    answer = await score(world, scores=scores)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_rules_are_numbered_and_never_changed(world: World) -> None:
    await world.opened()
    changed = await world.http.post("/rule-sets/r/versions", json=RULES | {"title": "other"})
    assert changed.json()["code"] == "rule-set-immutable"
    gap = await world.http.post("/rule-sets/r/versions", json=RULES | {"version": 3})
    assert gap.json()["code"] == "rule-set-version-gap"
    shown = await world.http.get("/rule-sets/r")
    assert [one["version"] for one in shown.json()["versions"]] == [1]
    assert shown.headers["etag"] == '"1"'


async def test_a_quarter_without_anybody_to_cover_is_not_opened(world: World) -> None:
    for person, scope, scope_id in (
        ("i-city", "organisation", "w"), ("i-b1", "organisation", "b1"), ("i-station", "station", "s2"),
        ("i-far-station", "station", "s0"), ("i-unit", "unit", "U-b2"), ("i-b3", "organisation", "b3"),
    ):  # fmt: skip
        await world.leave(person, scope, scope_id, date(2026, 1, 2))
    await world.http.post("/rule-sets/r/versions", json=RULES)
    body = {"rule_set_id": "r", "closes_on": "2026-12-31"}
    assert (await world.http.post("/quarters/2026Q4/opening", json=body)).json()["code"] == "no-instructors"


async def test_hostile_requests_are_refused_and_never_a_fault_of_ours(world: World) -> None:
    await world.opened()
    for path in (
        "/roster/%00", "/roster/" + "x" * 70, "/roster/nobody", "/quarters/2026Q5", "/quarters/0000Q1", "/quarters/%00",
        "/quarters/9999Q4", "/rule-sets/%00", "/rule-sets/none", "/quarters/2026Q4%0A",
    ):  # fmt: skip
        assert 400 <= (await world.http.get(path)).status_code < 500, path
    bodies: list[Any] = [
        None, [], "x", 1, {}, {"scores": []}, {"scores": {"x" * 70: 1}}, {"scores": {"visits": {}}}, {"rule_set_id": "r"},
        {"scores": {"visits": 10**400}}, {"scores": {"visits": True}}, {"scores": {str(n): 1 for n in range(300)}},
        RULES | {"version": 0}, RULES | {"version": 10**30}, RULES | {"items": []}, RULES | {"full_score": "Infinity"},
        RULES | {"items": [{"id": "a", "title": "a", "max_score": 1, "wieght": 2}]}, RULES | {"effective_from": "0000-00-00"},
        {"rule_set_id": "r", "closes_on": "9999-12-31", "rule_set_version": 99}, {"rule_set_id": "", "closes_on": 1},
    ]  # fmt: skip
    for path in (
        "/quarters/2026Q4/assessments/i-b1", "/rule-sets/r2/versions", "/quarters/2027Q1/opening",
        "/quarters/2026Q9/publication", "/quarters/2031Q1/publication", "/quarters/9999Q4/opening",
        "/quarters/2026Q4/assessments/%00",
    ):  # fmt: skip
        for body in bodies:
            answer = await world.http.post(path, json=body)
            assert 400 <= answer.status_code < 500, (path, body, answer.text)
