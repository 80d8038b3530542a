"""专项行动 over HTTP and PostgreSQL: how far it is on any day, what is missing, who is told before the end, what came of it."""

import asyncio
from typing import Any

from services.registry.application.campaigns import CampaignWatch
from shared.kernel.identifiers import uscc
from tests.integration.registry.test_practices_http import practice
from tests.integration.registry.town import UNIT, Town
from tests.support.identity import department

SECOND = uscc.make("91", "350102", "000000025")
DUE, ENDED = "yanzhen.registry.campaign-due.v1", "yanzhen.registry.campaign-ended.v1"


def campaign(town: Town, kind: str, starts: int, ends: int, **more: Any) -> dict[str, Any]:
    return {"by": "c1", "campaign_id": kind, "kind": kind, "name": f"{kind}行动", "area_code": "350102",
            "starts_on": town.day(starts), "ends_on": town.day(ends), **more}  # fmt: skip


async def look(town: Town, days: int) -> list[str]:
    """Let time pass, and two workers look; what they said."""
    before = len(await town.published())
    await town.later(days)
    await asyncio.gather(*(CampaignWatch(town.running).look() for _ in range(2)))
    return (await town.published())[before:]


async def figures(town: Town, kind: str, as_of: int = 0) -> tuple[tuple[int, int], tuple[int, int, bool]]:
    said = await town.get(f"/campaigns/{kind}?as_of={town.day(as_of)}")
    before, then = said["baseline"], said["progress"]
    return (before["expected"], before["done"]), (then["expected"], then["done"], then["reached"])


async def test_every_village_is_to_have_a_site_by_the_end_of_the_year_and_is_told_before(settled: Town) -> None:
    """村级活动场所 新建改建全覆盖 (domain Y09)."""
    await settled.later(2)
    await settled.post("/campaigns", campaign(settled, "activity_site", 0, 300, notice_days=60))
    same = await settled.post("/campaigns", campaign(settled, "activity_site", 0, 300, notice_days=60))
    assert same["version"] == 1
    wrong = await settled.post("/campaigns", campaign(settled, "survey", 0, -1), 422)
    assert (wrong["code"], wrong["where"]) == ("campaign-dates", "ends_on")
    for days in ({"starts_on": "0001-01-01", "ends_on": "0001-12-31"}, {"ends_on": "9999-12-31"}):
        unlikely = await settled.post("/campaigns", campaign(settled, "survey", 0, 9) | days, 422)
        assert unlikely["code"] == "campaign-dates"
    assert await look(settled, 200) == []
    built = practice(settled, "activity_site", "organisation", "b1", -100, aspect="built")
    await settled.post("/practices", built)
    assert await figures(settled, "activity_site", -150) == ((2, 0), (2, 0, False))
    assert await figures(settled, "activity_site") == ((2, 0), (2, 1, False))
    [lacks] = await settled.items("/campaigns/activity_site/missing")
    assert (lacks["scope"], lacks["scope_id"], lacks["responsible_id"]) == ("organisation", "b2", "b2")
    assert await settled.items("/campaigns/activity_site/missing", department("b1")) == []

    assert await look(settled, 50) == [DUE]
    assert await look(settled, 10) == []
    assert await look(settled, 41) == [ENDED]
    [row] = await settled.items("/campaigns?kind=activity_site")
    assert (row["status"], row["expected_before"], row["done_before"]) == ("ended", 2, 0)
    assert (row["expected"], row["done"], row["reached"]) == (2, 1, False)


async def test_each_half_year_whoever_has_units_that_nobody_went_to_is_told(settled: Town) -> None:
    """百名干部进百企, 每半年 (domain Y12)."""
    for code, responsible in ((UNIT, "b1"), (SECOND, "b2")):
        body = {"uscc": code, "name": "甲公司", "kind": "enterprise", "area_code": "350102"}
        if code == SECOND:
            await settled.post("/units", body)
        await settled.send("PATCH", f"/units/{code}", {"responsible_id": responsible})
    await settled.later(2)
    await settled.post("/campaigns", campaign(settled, "survey", 0, 180, repeats_months=6))
    await settled.later(20)
    await settled.post(f"/units/{UNIT}/surveys", {"by": "c1", "on": settled.day(-1), "staff": 12})
    assert await figures(settled, "survey") == ((2, 0), (2, 1, False))
    assert await figures(settled, "survey", -2) == ((2, 0), (2, 0, False))
    assert await look(settled, 131) == [DUE]
    [lacks] = await settled.items("/campaigns/survey/missing")
    assert (lacks["scope_id"], lacks["responsible_id"]) == (SECOND, "b2")

    # Nobody looked for so long that a whole half-year passed: it is caught up on, and the next one is told of.
    said = await look(settled, 30 + 184 + 160)
    assert said.count(ENDED) == 2
    assert said.count(DUE) == 2
    first, second, third = await settled.items("/campaigns?campaign_id=survey")
    assert (first["done"], second["done"], third["status"]) == (1, 0, "open")
    assert await figures(settled, "survey") == ((2, 0), (2, 0, False))

    gone = await settled.post("/campaigns/survey/stop", {"reason": "x"}, 404, who=department("c2"))
    assert gone["code"] == "campaign-unknown"
    await settled.post("/campaigns/survey/stop", {"reason": "机构调整"}, 200)
    assert await look(settled, 300) == []
    assert (await settled.items("/campaigns?campaign_id=survey"))[-1]["status"] == "stopped"


async def test_a_founding_campaign_is_known_against_its_baseline_as_of_any_day(settled: Town) -> None:
    """一次集中组建: 摸清底数, 全面排查, 重点突破, 难点攻关 (domain L02)."""
    second = {"uscc": SECOND, "name": "乙公司", "kind": "enterprise", "area_code": "350102", "staff": 40,
              "responsible_id": "b2"}  # fmt: skip
    await settled.post("/units", second)
    await settled.later(2)
    drive = campaign(settled, "formation", 0, 200, target_percent=60, source_document="示范化工程方案")
    await settled.post("/campaigns", drive)
    listed = {"list_date": settled.day(0), "source": "census", "basis": "registered_place", "area_code": "350102",
              "by": "c1", "campaign": "formation", "apply": "true"}  # fmt: skip
    query = "&".join(f"{name}={value}" for name, value in listed.items())
    third = uscc.make("91", "350102", "000000033")
    csv = f"统一社会信用代码,名称,职工人数,行政区划代码\n{third},丙公司,30,350102\n".encode()
    as_csv = {**department("city"), "content-type": "text/csv"}
    brought = await settled.http.post(f"/lists?{query}", content=csv, headers=as_csv)
    assert brought.status_code == 201, brought.text
    await settled.later(10)
    found = {"by": "c1", "on": settled.day(-1), "formal_members": 3, "no_organisation_reason": "owner_unwilling"}
    await settled.post(f"/units/{UNIT}/surveys", found)
    assert await figures(settled, "formation") == ((1, 0), (3, 0, False))
    lacks = {one["scope_id"]: one for one in await settled.items("/campaigns/formation/missing")}
    assert lacks.keys() == {UNIT, SECOND, third}
    assert (lacks[UNIT]["why"], lacks[SECOND]["responsible_id"]) == ("owner_unwilling", "b2")

    for code in (UNIT, SECOND):
        await settled.later(5)
        cover = {"mode": "single" if code == UNIT else "attached", "on": settled.day(0)}
        await settled.send("PUT", f"/units/{code}/covers/b1", cover, 200)
    said = await settled.get("/campaigns/formation")
    assert (said["lists"], said["new_units"], said["target_percent"]) == (1, 1, 60)
    earlier = await settled.get(f"/campaigns/formation?as_of={settled.day(-21)}")
    assert (earlier["lists"], earlier["progress"]["expected"]) == (0, 1)
    assert await figures(settled, "formation") == ((1, 0), (3, 2, True))
    assert await figures(settled, "formation", -5) == ((1, 0), (3, 1, False))
    assert (await look(settled, 190)).count(ENDED) == 1
    [row] = await settled.items("/campaigns?kind=formation")
    assert (row["expected_before"], row["done_before"], row["expected"], row["done"]) == (1, 0, 3, 2)
    assert row["reached"]
