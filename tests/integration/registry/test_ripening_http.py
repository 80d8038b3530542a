"""不具备条件 → 选派指导员 + 工会/共青团/妇联 → 逐步组建 (domain L05) over HTTP and PostgreSQL."""

import asyncio

from services.registry.application.ripening import RipeningWatch
from tests.integration.registry.town import UNIT, Town
from tests.support.identity import department

OVERDUE, RIPENED = "yanzhen.registry.ripening-step-overdue.v1", "yanzhen.registry.unit-ripened.v1"
PATH = f"/units/{UNIT}/ripening"


async def look(town: Town, days: int = 0) -> list[str]:
    before = len(await town.published())
    await town.later(days)
    await asyncio.gather(*(RipeningWatch(town.running).look() for _ in range(2)))
    return (await town.published())[before:]


async def test_a_unit_is_worked_with_step_by_step_until_founding_is_proposed_and_done(settled: Town) -> None:
    await settled.send("PATCH", f"/units/{UNIT}", {"responsible_id": "b1", "staff": 4})
    await settled.send("GET", PATH, status=404)
    past = {"by": "c1", "steps": [{"means": "instructor", "due_on": settled.day(-1)}]}
    assert (await settled.send("PUT", PATH, past, 422))["code"] == "ripening-steps"
    steps = [{"means": "instructor", "due_on": settled.day(30)}, {"means": "trade_union", "due_on": settled.day(60)},
             {"means": "youth_league", "due_on": settled.day(400)}]  # fmt: skip
    await settled.send("PUT", PATH, {"by": "c1", "steps": steps})
    assert (await settled.send("PUT", PATH, {"by": "c1", "steps": steps}))["version"] == 1
    await settled.send("PUT", PATH, {"by": "c2", "steps": steps}, 404, who=department("c2"))
    assert await look(settled, 5) == []

    await settled.assign("guide", "instructor", "m1", "unit", UNIT, since=settled.day(0))
    assert await look(settled) == []
    assert await look(settled, 70) == [OVERDUE]
    shown = {one["means"]: one for one in (await settled.get(PATH))["steps"]}
    assert shown["instructor"]["reached_on"] == settled.day(-70)
    assert (shown["trade_union"]["overdue"], shown["trade_union"]["reached_on"]) == (True, None)
    assert not shown["youth_league"]["overdue"]

    found = {"by": "c1", "on": settled.day(0), "formal_members": 3, "trade_union": True}
    await settled.post(f"/units/{UNIT}/surveys", found)
    assert await look(settled) == [RIPENED]
    [ripe] = await settled.items("/ripenings?status=ripe")
    assert (ripe["uscc"], ripe["ripe_on"], ripe["mode"], ripe["why"]) == (
        UNIT,
        settled.day(0),
        "single",
        "enough_members",
    )
    assert await settled.items("/ripenings", department("c2")) == []
    assert await look(settled, 30) == []

    await settled.send("PUT", f"/units/{UNIT}/covers/b1", {"mode": "single", "on": settled.day(0)})
    assert await look(settled) == []
    ended = await settled.get(PATH)
    assert (ended["status"], ended["ground"], ended["ended_on"]) == ("ended", "covered", settled.day(0))
    covered = await settled.send("PUT", PATH, {"by": "c1", "steps": [{**steps[0], "due_on": settled.day(9)}]}, 409)
    assert covered["code"] == "unit-not-waiting"
    gone = await settled.post(f"{PATH}/abandonment", {"by": "c1", "reason": "停业"}, 409)
    assert gone["code"] == "ripening-unknown"


async def test_bug_2700_a_unit_that_moves_on_a_day_to_come_is_worked_with_until_then_and_after(settled: Town) -> None:
    """It was found in neither place, and taken for closed."""
    steps = [{"means": "trade_union", "due_on": settled.day(3)}]
    await settled.send("PUT", PATH, {"by": "c1", "steps": steps})
    await settled.send("PATCH", f"/units/{UNIT}", {"area_code": "350103", "on": settled.day(5)})
    assert await look(settled) == []
    assert [one["status"] for one in await settled.items("/ripenings")] == ["open"]
    assert await look(settled, 6) == [OVERDUE]
