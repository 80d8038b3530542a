"""Stations, sites, platforms, grids, groups and what is recorded of them, over HTTP and PostgreSQL."""

import asyncio
from datetime import date
from typing import Any

from services.registry.application.duty_gaps import NOTICE_DAYS, DutyGaps
from shared.kernel.holidays import is_working_day
from shared.security.actor import Role
from tests.integration.registry.town import UNIT, Town
from tests.support.identity import actor, badge, department

LIU_YOU = ("sign", "room", "rules", "books", "office", "chart")


def place(town: Town, place_id: str, kind: str, form: str, **more: Any) -> dict[str, Any]:
    return {"place_id": place_id, "kind": kind, "form": form, "name": f"{place_id}点", "area_code": "350102",
            "organisation_id": "c1", "opened_on": town.day(-100), **more}  # fmt: skip


def relation(town: Town, kind: str, source: str, scope: str, target: str, days: int = -50) -> dict[str, Any]:
    return {"kind": kind, "from_id": source, "to_scope": scope, "to_id": target, "since": town.day(days)}


async def test_what_a_station_serves_is_counted_as_of_any_day(settled: Town) -> None:
    await settled.later(60)
    served = [relation(settled, "serves", "s1", "organisation", one) for one in ("b1", "b2")]
    served += [
        relation(settled, "serves", "s1", "unit", UNIT, -20),
        relation(settled, "serves", "s1", "unit", "nobody"),
    ]
    answers = (await settled.post("/relations/batch", {"relations": served}, 200))["results"]
    assert [one["entered"] for one in answers] == [True, True, True, False]
    assert answers[3]["code"] == "place-unknown"
    await settled.assign("h", "station_head", "m1", "station", "s1")
    await settled.assign("i", "instructor", "m2", "station", "s1")
    await settled.send("PATCH", "/stations/s1", {"population": 939, "functions": ["convenience", "culture"]})
    end = {"kind": "serves", "from_id": "s1", "to_id": "b2", "until": settled.day(-10)}
    await settled.post("/relations/end", end, 200)

    today = await settled.get("/stations/counts")
    assert {row["station_id"]: row for row in today["stations"]}["s1"] == {
        "station_id": "s1", "kind": "guidance", "area_code": "350102", "population": 939, "heads": 1, "instructors": 1,
        "organisations": 1, "units": 1, "members_in_care": 0,
    }  # fmt: skip
    assert today["areas"]["350102"]["organisations"] == 1
    assert (today["total"]["stations"], today["total"]["units"]) == (2, 1)
    before = (await settled.get(f"/stations/counts?as_of={settled.day(-30)}"))["total"]
    assert (before["organisations"], before["units"]) == (2, 0)
    assert (await settled.get("/stations/counts?area_code=350103"))["total"]["stations"] == 1
    held = await settled.items(f"/relations?kind=serves&as_of={settled.day(0)}")
    assert {row["to_id"] for row in held} == {"b1", UNIT}
    assert await settled.items("/relations", department("c2")) == []

    closing = {"closed_on": settled.day(0), "reason": "合并"}
    assert (await settled.post("/stations/s1/closure", closing, 409))["code"] == "station-in-use"
    await settled.post("/stations/s2/closure", closing, 200)
    assert [row["station_id"] for row in await settled.items("/stations")] == ["s1"]
    assert len(await settled.items(f"/stations?as_of={settled.day(-1)}")) == 2
    refused = await settled.assign("x", "station_head", "m3", "station", "s2", status=409)
    assert refused["code"] == "place-unknown"


async def test_a_site_is_inspected_against_the_checklist_of_its_place(settled: Town) -> None:
    await settled.post("/places", place(settled, "room", "site", "activity_room", station_id="s1"))
    results = [{"code": code, "met": code != "chart", "note": "现场查看"} for code in LIU_YOU]
    look = {"by": "city", "inspection_id": "i", "scope": "site", "scope_id": "room", "standard": "liu-you",
            "results": results, "inspected_on": settled.day(-1), "person_id": "m1"}  # fmt: skip
    assert (await settled.post("/inspections", look, 409))["code"] == "no-checklist"
    items = [{"code": code, "text": code} for code in LIU_YOU]
    standard = {"by": "city", "kind": "site_checklist", "about": "liu-you", "title": "六有", "effective_from": settled.day(-9),
                "source_document": "榕组〔2026〕6号", "items": items}  # fmt: skip
    await settled.post("/policy-documents/six/versions", standard)
    assert (await settled.post("/inspections", look, 422))["where"] == "rectify_by"
    look |= {"rectify_by": settled.day(5)}
    assert (await settled.post("/inspections", {**look, "results": results[1:]}, 422))["code"] == "checklist-items"
    await settled.post("/inspections", look)
    [found] = await settled.items("/inspections?passed=false")
    assert (found["document_id"], found["number"], found["missing"]) == ("six", 1, ["chart"])
    assert await settled.items("/inspections", department("c2")) == []
    await settled.later(7)
    assert [row["inspection_id"] for row in await settled.items("/inspections?overdue=true")] == ["i"]
    assert "yanzhen.registry.rectification-overdue.v1" in await settled.published()
    done = {
        "results": [{"code": "chart", "met": True, "evidence": "a" * 64}],
        "rectified_on": settled.day(0),
        "person_id": "m1",
    }
    await settled.post("/inspections/i/rectification", done, 200)
    assert await settled.items("/inspections?overdue=true") == []
    assert [row["passed"] for row in await settled.items("/inspections?scope_id=room")] == [True]
    # 6+X: the next version adds what is not required, and earlier inspections keep theirs.
    x = {
        **standard,
        "effective_from": settled.day(-1),
        "items": [*items, {"code": "media", "text": "多媒体电教", "required": False}],
    }
    await settled.post("/policy-documents/six/versions", x)
    again = {**look, "inspection_id": "j", "inspected_on": settled.day(0), "scope": "station", "scope_id": "s1",
             "results": [{"code": code, "met": code != "media", "note": "x"} for code in (*LIU_YOU, "media")]}  # fmt: skip
    await settled.post("/inspections", again)
    assert [(row["number"], row["passed"]) for row in await settled.items("/inspections")] == [(1, True), (2, True)]


async def test_a_platform_has_members_a_centre_of_its_own_and_four_steps(settled: Town) -> None:
    await settled.post("/places", place(settled, "park", "platform", "industry_park", governance="joint"))
    await settled.post("/places", place(settled, "mall", "platform", "business_district", governance="attached"))
    centre = {
        "station_id": "centre",
        "name": "服务中心",
        "kind": "service_centre",
        "area_code": "350102",
        "organisation_id": "c1",
    }
    await settled.post("/stations", centre)
    for scope, target in (("unit", UNIT), ("organisation", "b1")):
        await settled.post("/relations", relation(settled, "member", "park", scope, target))
    guidance = await settled.post("/relations", relation(settled, "centre", "park", "station", "s1"), 422)
    assert guidance["code"] == "relation-ends"

    async def ask(source: str) -> int:
        body = relation(settled, "centre", source, "station", "centre")
        return (await settled.http.post("/relations", json=body, headers=department("city"))).status_code

    assert sorted(await asyncio.gather(ask("park"), ask("mall"))) == [201, 409]
    [taken] = await settled.items("/relations?kind=centre")
    end = {"kind": "centre", "from_id": taken["from_id"], "to_id": "centre", "until": settled.day(0)}
    await settled.post("/relations/end", end, 200)
    assert await ask("mall" if taken["from_id"] == "park" else "park") == 201

    step = {"step": "set_rules", "reached_on": settled.day(-2)}
    assert (await settled.post("/places/park/steps", step, 409))["code"] == "place-step"
    await settled.post("/places/park/steps", {**step, "step": "build_body"}, 200)
    await settled.post("/places/park/steps", step, 200)
    row = await settled.get("/places/park")
    assert (row["build_body"], row["set_rules"], row["gather_strength"]) == (settled.day(-2), settled.day(-2), None)
    assert [one["place_id"] for one in await settled.items("/places?kind=platform&form=industry_park")] == ["park"]
    await settled.send("GET", "/places/park", status=404, who=department("c2"))


async def test_a_grid_has_one_head_and_members_are_in_several_groups(settled: Town) -> None:
    await settled.post("/places", place(settled, "g1", "grid", "area", station_id="s1"))
    await settled.assign("gh1", "grid_head", "m1", "grid", "g1")
    refused = await settled.assign("gh2", "grid_head", "m2", "grid", "g1", status=409)
    assert refused["code"] == "post-already-held"
    assert [row["post_id"] for row in await settled.items("/posts?scope=grid&scope_id=g1")] == ["gh1"]
    assert await settled.items("/posts?scope=grid", department("c2")) == []
    await settled.post("/relations", relation(settled, "covers", "g1", "organisation", "b1"))
    for key, axis in (("drivers", "trade"), ("northerners", "area")):
        await settled.post("/places", place(settled, key, "group", axis))
        await settled.post("/relations", relation(settled, "grouped", key, "member", "m6"))
    assert [row["from_id"] for row in await settled.items("/relations?to_id=m6")] == ["drivers", "northerners"]
    assert (await settled.get("/members/m6"))["organisation_id"] == "b3"


async def test_money_is_summed_by_year_and_source(settled: Town) -> None:
    def received(key: str, source: str, fen: int, at: str = "s1") -> dict[str, Any]:
        return {"funding_id": key, "scope": "station", "scope_id": at, "source": source, "year": 2026, "amount_fen": fen,
                "received_on": settled.day(-3), "source_document": "宁委组〔2026〕12号"}  # fmt: skip

    for key, source, fen, at in (("a", "grant", 10_000_000, "s1"), ("b", "grant", 10_000_000, "s2"),
                                 ("c", "county_match", 500, "s1"), ("d", "county_match", 500, "s1")):  # fmt: skip
        await settled.post("/fundings", received(key, source, fen, at))
    await settled.post("/fundings/d/void", {"reason": "重复"}, 200)
    found = await settled.get("/fundings/totals")
    assert found["totals"] == [
        {"year": 2026, "source": "county_match", "amount_fen": 500, "receivers": 1},
        {"year": 2026, "source": "grant", "amount_fen": 20_000_000, "receivers": 2},
    ]
    assert (await settled.get(f"/fundings/totals?as_of={settled.day(-4)}"))["totals"] == []
    assert [row["voided"] for row in await settled.items("/fundings?source=county_match")] == [False, True]
    assert [row["funding_id"] for row in await settled.items("/fundings", department("c2"))] == ["b"]
    secretary = badge(actor(Role.BRANCH_SECRETARY, "b1"))
    await settled.send("GET", "/fundings", status=403, who=secretary)


async def test_a_duty_plan_shows_its_gaps_and_who_stands_in(settled: Town) -> None:
    head = badge(actor(Role.STATION_HEAD, station="s1"))
    for number, person in ((1, "m1"), (2, "m2")):
        plan = {"person_ids": [person]}
        await settled.send("PUT", f"/stations/s1/duty/{settled.day(number)}", plan, who=head)
    await settled.send("PUT", f"/stations/s1/duty/{settled.day(1)}", {"person_ids": ["nobody"]}, 409, head)
    swap = {"person_id": "m2", "by": "m3"}
    await settled.post(f"/stations/s1/duty/{settled.day(2)}/replacement", swap, 200, who=head)
    await settled.post(f"/stations/s2/duty/{settled.day(2)}/replacement", swap, 404, who=head)
    found = await settled.get(f"/stations/s1/duty?begins={settled.day(1)}&ends={settled.day(4)}", head)
    assert [row["person_ids"] for row in found["planned"]] == [["m1"], ["m3"]]
    assert found["gaps"] == [settled.day(3), settled.day(4)]
    endless = await settled.send("GET", f"/stations/s1/duty?begins={settled.day(1)}&ends={settled.day(0)}", status=422)
    assert endless["where"] == "ends"


async def test_a_station_in_the_place_of_arrival_belongs_to_the_place_of_origin(settled: Town) -> None:
    """驻城党建工作站: where it is consulted, what it shares, and the points of its network (N02, N15, N18, Y02)."""
    town = {"station_id": "town", "name": "驻东莞流动党员工作站", "kind": "town", "area_code": "441900",
            "organisation_id": "c1", "pilot": True, "functions": ["convenience", "education"]}  # fmt: skip
    await settled.post("/stations", town)
    point = {**town, "station_id": "point", "name": "虎门服务点", "kind": "service_point", "pilot": False}
    await settled.post("/stations", point)
    hall = place(settled, "hall", "site", "activity_room", station_id="town", area_code="441900")
    await settled.post("/places", hall)
    await settled.send("PATCH", "/stations/town", {"site_id": "hall"})
    await settled.post("/relations", relation(settled, "consults", "town", "organisation", "c2"))
    await settled.post("/relations", relation(settled, "shares", "hall", "station", "s2"))

    row = await settled.get("/stations/town")
    assert (row["organisation_id"], row["area_code"], row["pilot"], row["site_id"]) == ("c1", "441900", True, "hall")
    assert [one["station_id"] for one in await settled.items("/stations?kind=town&area_code=441900")] == ["town"]
    assert [one["station_id"] for one in await settled.items("/stations?kind=service_point")] == ["point"]
    assert await settled.items(f"/stations?kind=town&as_of={settled.day(-1)}") == []
    assert [one["place_id"] for one in await settled.items("/places?station_id=town")] == ["hall"]
    for kind, to in (("consults", "c2"), ("shares", "s2")):
        [held] = await settled.items(f"/relations?kind={kind}")
        assert (held["to_id"], held["until"]) == (to, None)
    end = {"kind": "shares", "from_id": "hall", "to_id": "s2", "until": settled.day(0)}
    await settled.post("/relations/end", end, 200)
    await settled.later(1)
    assert await settled.items(f"/relations?kind=shares&as_of={settled.day(0)}") == []
    wrong = await settled.post("/relations", relation(settled, "shares", "town", "station", "s2"), 403)
    assert wrong["code"] == "outside-your-scope", "a station is no site"


async def test_a_station_with_a_roster_is_told_of_a_working_day_without_anybody(settled: Town) -> None:
    gaps = DutyGaps(settled.running)
    assert await gaps.do_due() == 0, "who keeps no roster has no gaps"
    coming = [settled.day(days) for days in range(1, NOTICE_DAYS + 1)]
    work = [day for day in coming if is_working_day(date.fromisoformat(day))]
    await settled.send("PUT", f"/stations/s1/duty/{settled.day(0)}", {"person_ids": ["m1"]})
    for day in work[1:]:
        await settled.send("PUT", f"/stations/s1/duty/{day}", {"person_ids": ["m2"]})
    await asyncio.gather(gaps.do_due(), DutyGaps(settled.running).do_due())
    await gaps.do_due()
    told = [kind for kind in await settled.published() if "duty-gap" in kind]
    assert told == ["yanzhen.registry.duty-gap-found.v1"] * bool(work)
    for day in work:
        await settled.send("PUT", f"/stations/s1/duty/{day}", {"person_ids": ["m3"]})
    assert await gaps.do_due() == 0
    await settled.later(40)
    assert await gaps.do_due() == 0, "a roster that nobody keeps any more is not asked for"


async def test_an_organisation_lives_of_dues_returned_of_its_firm_and_of_what_it_has_put_by(settled: Town) -> None:
    """党费返还、企业管理费列支、党建公积金 (domain L12)."""
    for number, source in enumerate(("dues_return", "management_fee", "reserve"), start=1):
        money = {"funding_id": f"f{number}", "scope": "organisation", "scope_id": "b1", "source": source, "year": 2026,
                 "amount_fen": number * 100, "received_on": settled.day(-1), "source_document": "x"}  # fmt: skip
        await settled.post("/fundings", money)
    totals = (await settled.get("/fundings/totals"))["totals"]
    assert {row["source"]: row["amount_fen"] for row in totals} == {
        "dues_return": 100,
        "management_fee": 200,
        "reserve": 300,
    }
    await settled.post("/fundings", {**money, "funding_id": "f4", "source": "lottery"}, 422)


async def test_who_is_to_be_asked_by_telephone_is_found_by_place(settled: Town) -> None:
    """咨询服务站 + 服务电话 (domain Y26)."""
    consulted = {"kind": "service_point", "organisation_id": "c1", "functions": ["consultation", "convenience"]}
    silent = {**consulted, "station_id": "ask-0", "name": "咨询服务站", "area_code": "350102"}
    refused = await settled.post("/stations", silent, 422)
    assert (refused["code"], refused["where"]) == ("phone-missing", "office_phone")
    for number, area in enumerate(("350102", "350103", "441900")):
        phone = f"0591-8700000{number}"
        await settled.post(
            "/stations", {**silent, "station_id": f"ask-{number}", "area_code": area, "office_phone": phone}
        )
    directory = await settled.items("/stations?function=consultation&area_code=350000", department("c2"))
    assert [(one["station_id"], one["office_phone"]) for one in directory] == [
        ("ask-0", "0591-87000000"), ("ask-1", "0591-87000001"),
    ]  # fmt: skip
    assert await settled.items("/stations?function=deliberation") == []


async def test_the_windows_of_a_station_have_their_services_with_steps_in_one_place(settled: Town) -> None:
    """便民窗口, 服务清单和流程, 一站式 (domain N19)."""
    window = {
        "by": "city",
        "kind": "service_list",
        "source_document": "榕组〔2026〕9号",
        "effective_from": settled.day(-9),
    }
    steps = ["受理", "核实", "盖章"]
    for about in ("party_affairs", "public_order", "civil_affairs", "medical_insurance"):
        items = [{"code": "certify", "text": f"{about}证明", "steps": steps}, {"code": "ask", "text": "咨询"}]
        issued = {**window, "about": about, "title": f"{about}窗口", "items": items}
        await settled.post(f"/policy-documents/{about}/versions", issued)
    wrong = await settled.post("/policy-documents/x/versions", {**issued, "about": "taxes"}, 422)
    assert (wrong["code"], wrong["where"]) == ("document-about", "about")
    own = {**issued, "by": "c1", "about": "civil_affairs", "effective_from": settled.day(-3), "items": items[1:]}
    await settled.post("/policy-documents/own/versions", own)

    for station, days, civil in (("s1", 0, "own"), ("s1", -5, "civil_affairs"), ("s2", 0, "civil_affairs")):
        asked = await settled.get(f"/stations/{station}/services?as_of={settled.day(days)}", department("c2"))
        lists = {one["window"]: one for one in asked["windows"]}
        assert len(lists) == 4
        assert lists["civil_affairs"]["document_id"] == civil, "that of the nearest place"
        assert [item["steps"] for item in lists["party_affairs"]["items"]] == [steps, []]
    assert (await settled.get(f"/stations/s1/services?as_of={settled.day(-30)}"))["windows"] == []
