"""活动 where members are away, over HTTP and PostgreSQL (domain Y24): from the plan of two to figures of any day."""

from datetime import timedelta
from typing import Any

import httpx

from shared.security.actor import Role
from tests.integration.mobility.test_away_http import away, get, leaving, on_file, send, today
from tests.integration.mobility.world import World
from tests.support.identity import actor, badge

__all__ = ["away"]


def plan(world: World, **changed: Any) -> dict[str, Any]:
    return {"by": "c2", "activity_id": "a1", "partner_id": "b2", "planned_on": str(today(world)), "minutes": 45,
            "theme": "二十分钟党课", "way": "online",
            "place": {"area_code": "441900", "place": "虎门镇"}} | changed  # fmt: skip


async def turns(http: httpx.AsyncClient, organisation: str) -> list[str]:
    items = (await get(http, "/cases/inbox", organisation=organisation))["sections"]["todo"]["items"]
    return [one["task"] for one in items if one["kind"] == "activity"]


async def test_two_organisations_plan_an_activity_hold_it_and_it_stands_on_the_cards(
    http: httpx.AsyncClient, away: World
) -> None:
    await on_file(http, away)
    await send(http, "POST", "/departures", leaving(away, "m3"), 201)
    await send(http, "POST", "/cards", {"by": "b1", "card_id": "card1", "member_id": "m1"}, 201)
    await send(http, "POST", "/activities", plan(away), 201)
    await send(http, "POST", "/activities", plan(away), 201)
    assert (await turns(http, "b2"), await turns(http, "c2")) == (["agree_activity"], [])
    await send(http, "POST", "/activities/a1/agreement", {"by": "b2", "agreed": True})
    [planned] = (await get(http, "/activities", year=today(away).year, agreed=True, held=False))["items"]
    assert (planned["activity_id"], planned["planned_minutes"]) == ("a1", 45)

    held = {"by": "b2", "held_on": str(today(away)), "minutes": 30, "care_ids": ["d-m1", "d-m3"], "others": 2}
    lost = await send(http, "POST", "/activities/a1/record", held | {"care_ids": ["d-m1", "nobody"]}, 422)
    assert (lost["code"], lost["where"]) == ("care-unknown", "care_ids")
    tomorrow = held | {"held_on": str(today(away) + timedelta(days=1))}
    assert (await send(http, "POST", "/activities/a1/record", tomorrow, 422))["code"] == "held-later"
    assert (await get(http, "/cards/card1"))["sessions"] == 0, "what was refused is on no card"
    await send(http, "POST", "/activities/a1/record", held)
    await send(http, "POST", "/activities/a1/record", held)
    assert (await get(http, "/cards/card1"))["sessions"] == 1, "entered once, and by nobody a second time"
    assert (await turns(http, "b2"), await turns(http, "c2")) == ([], [])
    seen = await get(http, "/activities/a1")
    assert (seen["member_ids"], seen["joint"], seen["minutes"]) == (["m1", "m3"], True, 30)


async def test_joint_activities_are_counted_apart(http: httpx.AsyncClient, away: World) -> None:
    await on_file(http, away)
    held = {"by": "c2", "held_on": str(today(away)), "minutes": 30, "care_ids": ["d-m1"], "others": 20}
    for name in ("a1", "a2", "a3"):
        await send(http, "POST", "/activities", plan(away, activity_id=name), 201)
        if name != "a3":
            await send(http, "POST", f"/activities/{name}/agreement", {"by": "b2", "agreed": True})
        await send(http, "POST", f"/activities/{name}/record", held)
    joint = await get(http, "/activities/counts", joint=True)
    assert [joint[name] for name in ("held", "person_times", "members")] == [2, 42, 1]
    assert (await get(http, "/activities/counts"))["person_times"] == 63


async def test_figures_are_those_of_any_day_and_of_what_one_may_see(http: httpx.AsyncClient, away: World) -> None:
    await on_file(http, away)
    first, second = today(away) - timedelta(days=40), today(away) - timedelta(days=5)
    for name, day, way, others in (("a1", first, "online", 3), ("a2", second, "visit", 0), ("a3", second, "online", 1)):
        await send(http, "POST", "/activities", plan(away, activity_id=name, planned_on=str(day), way=way), 201)
        held = {"by": "c2", "held_on": str(day), "minutes": 30, "care_ids": ["d-m1"], "others": others}
        await send(http, "POST", f"/activities/{name}/record", held)
    await send(http, "POST", "/activities", plan(away, activity_id="a4"), 201)
    await send(http, "POST", "/activities/a4/cancellation", {"by": "c2", "text": "台风"})
    now = await get(http, "/activities/counts")
    assert [now[name] for name in ("held", "minutes", "person_times", "members")] == [3, 90, 7, 1]
    assert now["ways"] == [
        {"way": "online", "held": 2, "minutes": 60, "person_times": 6},
        {"way": "visit", "held": 1, "minutes": 30, "person_times": 1},
    ]
    before = await get(http, "/activities/counts", as_of=str(second - timedelta(days=1)))
    assert (before["held"], before["person_times"]) == (1, 4)
    assert (await get(http, "/activities/counts", since=str(second)))["held"] == 2
    assert (await get(http, "/activities/counts", area="441900"))["held"] == 3
    assert (await get(http, "/activities/counts", joint=True))["held"] == 0, "nobody had agreed"
    stranger = badge(actor(Role.BRANCH_SECRETARY, "b1x"))
    assert (await http.get("/activities/counts", headers=stranger)).json()["held"] == 0
    assert (await http.get("/activities/a1", headers=stranger)).status_code == 404


async def test_the_plan_of_a_year_is_one_paper_of_both_and_shows_what_became_of_it(
    http: httpx.AsyncClient, away: World
) -> None:
    day, year = today(away), today(away).year
    item = {name: value for name, value in plan(away).items() if name not in ("by", "activity_id", "partner_id")}
    proposal = {
        "by": "c2",
        "partner_id": "b2",
        "year": year,
        "aims": "每季一次",
        "items": [item, item | {"way": "visit"}],
    }
    wrong = await send(http, "POST", "/activity-plans", proposal | {"year": year + 1}, 422)
    assert (wrong["code"], wrong["where"]) == ("outside-the-year", "items.0.planned_on")
    paper = f"/activity-plans/{(await send(http, 'POST', '/activity-plans', proposal, 201))['plan_id']}"
    assert (await get(http, "/activities", year=year))["items"] == [], "proposed is not planned"
    [matter] = (await get(http, "/cases/inbox", organisation="b2"))["sections"]["todo"]["items"]
    assert (matter["kind"], matter["task"]) == ("activity_plan", "agree_activity_plan")

    await send(http, "POST", f"{paper}/agreement", {"by": "b2", "agreed": False, "text": "农忙"})
    again = {**proposal, "by": "b2", "partner_id": "c2"}
    assert f"/activity-plans/{(await send(http, 'POST', '/activity-plans', again, 201))['plan_id']}" == paper
    for _ in range(2):
        await send(http, "POST", f"{paper}/agreement", {"by": "c2", "agreed": True})
    first, second = [one["activity_id"] for one in (await get(http, paper))["items"]]
    assert {one["activity_id"] for one in (await get(http, "/activities", year=year, agreed=True))["items"]} == {
        first, second
    }  # fmt: skip
    held = {"by": "c2", "held_on": str(day), "minutes": 30, "others": 4}
    await send(http, "POST", f"/activities/{first}/record", held)
    await send(http, "POST", f"/activities/{second}/cancellation", {"by": "b2", "text": "台风"})
    read = await get(http, paper)
    assert (read["agreed"], read["year"], read["aims"]) == (True, year, "每季一次")
    became = [one["became"] for one in read["items"]]
    assert (became[0]["held_on"], became[0]["others"], became[1]["text"]) == (str(day), 4, "台风")
    assert became[1]["cancelled_at"] is not None
    [listed] = (await get(http, "/activity-plans", year=year, agreed=True))["items"]
    assert len(listed["items"]) == 2
    stranger = badge(actor(Role.BRANCH_SECRETARY, "b1x"))
    assert (await http.get(paper, headers=stranger)).status_code == 404
