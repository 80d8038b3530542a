"""载体、特色、品牌、挂牌、合同条款、活动场所 over HTTP and PostgreSQL: who has one on any day, and who should and has none."""

import asyncio
from typing import Any

from tests.integration.registry.test_places_http import place, relation
from tests.integration.registry.town import UNIT, Town
from tests.support.identity import department


def practice(town: Town, kind: str, scope: str, scope_id: str, days: int = -50, **more: Any) -> dict[str, Any]:
    return {"by": "c1", "kind": kind, "scope": scope, "scope_id": scope_id, "name": f"{kind}一", "since": town.day(days),
            **more}  # fmt: skip


async def test_every_organisation_is_to_have_a_carrier_and_who_has_none_is_listed(settled: Town) -> None:
    """每个党组织一个常态化载体 (domain L08)."""
    await settled.later(100)
    b1 = practice(
        settled, "carrier", "organisation", "b1", aspect="study", text="“互联网+”党员课堂", evidence=["a" * 64]
    )
    await settled.post("/practices", b1)
    await settled.post("/practices", b1)
    other = await settled.post("/practices", {**b1, "name": "别的"}, 409)
    assert other["code"] == "practice-stands"
    await settled.post("/practices", practice(settled, "carrier", "organisation", "b2", -20))
    later = await settled.post("/practices", practice(settled, "carrier", "organisation", "c1", 1), 422)
    assert (later["code"], later["where"]) == ("day-to-come", "since")

    branches = "kind=carrier&organisation_kind=branch"
    said = await settled.get(f"/practices/counts?{branches}")
    assert (said["expected"], said["having"], said["missing"]) == (3, 2, 1)
    assert [one["scope_id"] for one in await settled.items(f"/practices/missing?{branches}")] == ["b3"]
    before = await settled.get(f"/practices/counts?{branches}&as_of={settled.day(-30)}")
    assert (before["having"], before["as_of"]) == (1, settled.day(-30))
    mine = await settled.items("/practices/missing?kind=carrier", department("c1"))
    assert {one["scope_id"] for one in mine} == {"c1"}

    await settled.post("/practices/carrier:b1/end", {"until": settled.day(-10), "reason": "换载体"}, 200)
    await settled.post("/practices", {**b1, "name": "先锋岗", "since": settled.day(-9)})
    times = await settled.items("/practices?kind=carrier&scope_id=b1")
    assert [(one["name"], one["until"]) for one in times] == [("carrier一", settled.day(-10)), ("先锋岗", None)]
    [then] = await settled.items(f"/practices?scope_id=b1&as_of={settled.day(-15)}")
    assert (then["text"], then["evidence"], then["approved_by"]) == ("“互联网+”党员课堂", ["a" * 64], "c1")
    assert await settled.items("/practices", department("c2")) == []
    await settled.post(
        "/practices/carrier:b1/end", {"until": settled.day(-1), "reason": "x"}, 404, who=department("c2")
    )
    nobody = await settled.send("GET", "/practices/counts?kind=brand", status=422)
    assert nobody["code"] == "practice-not-expected"
    published = await settled.published()
    assert published.count("yanzhen.registry.practice-begun.v1") == 3
    assert published.count("yanzhen.registry.practice-ended.v1") == 1


async def test_units_have_a_plaque_with_a_promise_a_specialty_and_clauses_of_contracts(settled: Town) -> None:
    """亮身份、亮职责、亮承诺 (domain Z14), 一企一特色 (Z21), 党建进总包合同 (Z22)."""
    await settled.post("/practices", practice(settled, "plaque", "unit", UNIT, text="诚信经营, 党员先行"))
    [lacking] = await settled.items("/practices/missing?kind=specialty")
    assert (lacking["scope_id"], lacking["name"]) == (UNIT, "甲公司")
    await settled.post("/practices", practice(settled, "specialty", "unit", UNIT))
    assert await settled.items("/practices/missing?kind=specialty") == []
    clause = practice(settled, "contract_clause", "unit", UNIT, text="总包单位设立项目党支部")
    assert (await settled.post("/practices", clause, 422))["code"] == "practice-document"
    for number in ("一", "二"):
        await settled.post("/practices", {**clause, "source_document": f"总包合同{number}"})
    assert len(await settled.items(f"/practices?kind=contract_clause&scope_id={UNIT}")) == 2
    assert len(await settled.items(f"/practices?scope_id={UNIT}", department("c1"))) == 4
    assert await settled.items(f"/practices?scope_id={UNIT}", department("c2")) == []
    outside = await settled.post(
        "/practices", practice(settled, "plaque", "unit", UNIT, by="c2"), 403, who=department("c2")
    )
    assert outside["code"] == "outside-your-scope"


async def test_brands_of_points_and_sites_that_are_built_anew_are_kept(settled: Town) -> None:
    """一点一品牌 (domain Z21, W24, Z23), 村级活动场所新建改建 (Y09)."""
    room = {"place_id": "room", "kind": "site", "form": "activity_room", "name": "活动室", "area_code": "350102",
            "organisation_id": "b1", "opened_on": settled.day(-100)}  # fmt: skip
    await settled.post("/places", room)
    for scope, holder in (("station", "s1"), ("site", "room"), ("organisation", "c1")):
        await settled.post("/practices", practice(settled, "brand", scope, holder, name="五在"))
    assert {one["scope_id"] for one in await settled.items("/practices?kind=brand", department("c1"))} == {
        "s1",
        "room",
        "c1",
    }
    member = await settled.post("/practices", practice(settled, "brand", "unit", UNIT), 422)
    assert member["where"] == "scope"
    gone = await settled.post("/practices", practice(settled, "brand", "site", "nowhere"), 403)
    assert gone["code"] == "outside-your-scope"

    sites = (("b1", "built"), ("b2", "rebuilt"))
    built = [practice(settled, "activity_site", "organisation", key, aspect=how) for key, how in sites]
    answers = await asyncio.gather(*(settled.post("/practices", one) for one in built))
    assert all(one["version"] == 1 for one in answers)
    village = "kind=activity_site&organisation_kind=branch"
    assert (await settled.get(f"/practices/counts?{village}"))["missing"] == 1
    assert [one["scope_id"] for one in await settled.items(f"/practices/missing?{village}")] == ["b3"]


async def test_teams_clusters_and_pairs_say_who_works_with_whom_since_when(settled: Town) -> None:
    """组团式服务 (domain W15), 党建联合服务团 (W24), 阵地圈 (Z20), 结对共建 (Z28)."""
    await settled.post("/places", place(settled, "crew", "team", "joint_service", station_id="s1"))
    await settled.post("/places", place(settled, "circle", "cluster", "site_circle"))
    await settled.post("/places", place(settled, "school", "site", "party_school"))
    wanted = [
        relation(settled, "manned", "crew", "member", "m1"), relation(settled, "manned", "crew", "member", "m2"),
        relation(settled, "assists", "crew", "unit", UNIT), relation(settled, "assists", "crew", "organisation", "b2"),
        relation(settled, "gathers", "circle", "site", "school"), relation(settled, "gathers", "circle", "station", "s1"),
        relation(settled, "paired", "b1", "organisation", "b2"), relation(settled, "paired", "b1", "unit", UNIT, -20),
        relation(settled, "paired", "b1", "organisation", "b1"), relation(settled, "gathers", "circle", "unit", UNIT),
    ]  # fmt: skip
    results = (await settled.post("/relations/batch", {"relations": wanted}, 200))["results"]
    assert [one.get("code") for one in results] == [None] * 8 + ["relation-to-itself", "relation-ends"]
    held = await settled.items(f"/relations?from_id=crew&as_of={settled.day(0)}")
    assert {(one["kind"], one["to_id"]) for one in held} == {
        ("manned", "m1"), ("manned", "m2"), ("assists", UNIT), ("assists", "b2"),
    }  # fmt: skip
    assert {one["to_id"] for one in await settled.items("/relations?kind=gathers")} == {"school", "s1"}
    pairs = await settled.items(f"/relations?kind=paired&as_of={settled.day(-30)}")
    assert [one["to_id"] for one in pairs] == ["b2"]
    await settled.post(
        "/relations/end", {"kind": "paired", "from_id": "b1", "to_id": "b2", "until": settled.day(-1)}, 200
    )
    now = await settled.items(f"/relations?kind=paired&as_of={settled.day(0)}")
    assert [one["to_id"] for one in now] == [UNIT]
    assert await settled.items("/relations?kind=paired", department("c2")) == []
