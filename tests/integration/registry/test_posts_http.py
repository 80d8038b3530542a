"""Posts over HTTP and PostgreSQL: one head per station, loads, hand-overs, vacancies, applications, duty lists."""

import asyncio
from typing import Any

from shared.security.actor import Role
from tests.integration.registry.town import UNIT, Town
from tests.support.identity import actor, badge, department


async def test_of_two_heads_who_are_named_at_once_one_is_refused(settled: Town) -> None:
    def named(number: int) -> dict[str, Any]:
        return {"post_id": f"h{number}", "kind": "station_head", "person_id": f"m{number}", "scope": "station",
                "scope_id": "s1", "since": settled.day(-1)}  # fmt: skip

    async def ask(number: int) -> tuple[int, str]:
        response = await settled.http.post("/posts", json=named(number), headers=department("city"))
        return response.status_code, response.json().get("code", "")

    answers = await asyncio.gather(*(ask(number) for number in range(1, 6)))
    assert sorted(answers) == [(201, ""), *[(409, "post-already-held")] * 4]
    assert len(await settled.items("/posts?kind=station_head&scope=station&scope_id=s1")) == 1


async def test_an_instructor_looks_after_as_many_as_the_place_says(settled: Town) -> None:
    rules = {"by": "city", "kind": "staffing_rules", "title": "指导员管理办法", "effective_from": settled.day(-1),
             "source_document": "榕组〔2026〕4号", "numbers": {"instructor_load": 2}}  # fmt: skip
    assert (await settled.post("/policy-documents/load/versions", rules))["number"] == 1
    await settled.assign("i1", "instructor", "m1", "organisation", "b1")
    await settled.assign("i2", "instructor", "m1", "unit", UNIT)
    refused = await settled.assign("i3", "instructor", "m1", "organisation", "b2", status=409)
    assert refused["code"] == "too-many-posts"
    await settled.assign("i4", "instructor", "m1", "station", "s1")
    await settled.post("/posts/i1/departure", {"until": settled.day(0)}, 200)
    await settled.assign("i3", "instructor", "m1", "organisation", "b2")


async def test_whoever_leaves_hands_over_all_that_hangs_on_the_post(settled: Town) -> None:
    await settled.assign("i", "instructor", "m1", "station", "s1", source="seconded", capacity="organisation_member")
    for key, at in (("i1", "b1"), ("i2", "b2")):
        await settled.assign(key, "instructor", "m1", "organisation", at, under_post_id="i")
    await settled.assign("x", "instructor", "m2", "organisation", "b1", under_post_id="i", status=409)
    refused = await settled.post("/posts/i/departure", {"until": settled.day(0)}, 409)
    assert refused["code"] == "post-has-others-hanging"

    heir = {"until": settled.day(0), "successor": {"person_id": "m2", "since": settled.day(1)}}
    await settled.post("/posts/i/departure", heir, 200)
    mine = await settled.items("/posts?person_id=m1")
    assert {row["post_id"]: (row["until"], row["handed_to"] is not None) for row in mine} == {
        key: (settled.day(0), True) for key in ("i", "i1", "i2")
    }
    theirs = {row["scope_id"]: row for row in await settled.items("/posts?person_id=m2")}
    assert set(theirs) == {"s1", "b1", "b2"}
    station_post = theirs["s1"]["post_id"]
    assert next(row["handed_to"] for row in mine if row["post_id"] == "i") == station_post
    assert {theirs[at]["under_post_id"] for at in ("b1", "b2")} == {station_post}
    before = await settled.items(f"/posts?scope=organisation&scope_id=b1&as_of={settled.day(-1)}")
    assert [row["person_id"] for row in before] == ["m1"]

    gone = {"until": settled.day(2), "end_hanging": True}
    await settled.post(f"/posts/{station_post}/departure", gone, 200)
    assert {row["until"] for row in await settled.items("/posts?person_id=m2")} == {settled.day(2)}


async def test_nothing_is_handed_over_to_somebody_who_cannot_carry_it(settled: Town) -> None:
    rules = {"by": "c1", "kind": "staffing_rules", "title": "办法", "effective_from": settled.day(-1),
             "source_document": "x", "numbers": {"instructor_load": 1}}  # fmt: skip
    await settled.post("/policy-documents/load/versions", rules)
    await settled.assign("i", "instructor", "m1", "station", "s1")
    await settled.assign("i1", "instructor", "m1", "organisation", "b1", under_post_id="i")
    await settled.assign("j1", "instructor", "m2", "organisation", "b2")
    heir = {"until": settled.day(0), "successor": {"person_id": "m2", "since": settled.day(1)}}
    refused = await settled.post("/posts/i/departure", heir, 409)
    assert refused["code"] == "post-already-held"
    assert {row["until"] for row in await settled.items("/posts?person_id=m1")} == {None}


async def test_a_bureau_that_lacks_officers_is_on_the_list_until_they_are_found(settled: Town) -> None:
    wanted = {"by": "c1", "kind": "officer", "scope": "organisation", "scope_id": "c1", "least": 2,
              "source_document": "原办〔2026〕3号", "alert_days": 10}  # fmt: skip
    await settled.send("PUT", "/staffings", wanted)
    await settled.assign("o1", "officer", "m1", "organisation", "c1")
    [vacant] = await settled.items("/staffings?vacant=true")
    assert (vacant["least"], vacant["held"], vacant["overdue"]) == (2, 1, False)
    assert await settled.items("/staffings", department("c2")) == []

    await settled.later(11)
    assert [row["overdue"] for row in await settled.items("/staffings?vacant=true")] == [True]
    assert [kind for kind in await settled.published() if "vacancy" in kind] == ["yanzhen.registry.vacancy-overdue.v1"]
    while_vacant = settled.day(0)
    await settled.later(1)
    await settled.assign("o2", "officer", "m2", "organisation", "c1")
    assert await settled.items("/staffings?vacant=true") == []
    assert [row["held"] for row in await settled.items(f"/staffings?vacant=true&as_of={while_vacant}")] == [1]

    wanted |= {"kind": "instructor", "scope": "station", "scope_id": "s1"}
    assert (await settled.send("PUT", "/staffings", wanted, 422))["code"] == "post-not-counted"
    tomorrow = await settled.send("GET", f"/staffings?as_of={settled.day(1)}", status=422)
    assert (tomorrow["code"], tomorrow["where"]) == ("as-of", "as_of")


async def test_an_instructor_applies_is_reviewed_and_appointed(settled: Town) -> None:
    own = badge(actor(Role.BRANCH_SECRETARY, "b1", subject="m1"))
    other = badge(actor(Role.BRANCH_SECRETARY, "b1", subject="m2"))
    apply = {
        "application_id": "a1",
        "person_id": "m1",
        "station_id": "s1",
        "wishes": ["b2"],
        "capacity": "party_affairs_head",
    }
    await settled.post("/instructor-applications", apply, 403, who=other)
    await settled.post("/instructor-applications", apply, who=own)
    assert [row["holder_id"] for row in await settled.items("/instructor-applications?status=open")] == ["c1"]
    assert [row["application_id"] for row in await settled.items("/instructor-applications", own)] == ["a1"]
    assert await settled.items("/instructor-applications", department("c2")) == []
    await settled.later(32)
    assert (await settled.get("/instructor-applications/a1"))["overdue"] is True

    appoint = {"by": "c1", "since": settled.day(0), "organisation_ids": ["b1", "b2", "b2"]}
    early = await settled.post("/instructor-applications/a1/appointment", appoint, 409)
    assert early["code"] == "application-not-accepted"
    review = {"by": "c1", "accepted": True, "criteria_met": ["politics", "skill", "conduct"], "text": "三项符合",
              "person_id": "m4"}  # fmt: skip
    await settled.post("/instructor-applications/a1/review", review, 200)
    done = await settled.post("/instructor-applications/a1/appointment", appoint)
    posts = {row["scope_id"]: row for row in await settled.items("/posts?person_id=m1")}
    assert set(posts) == {"s1", "b1", "b2"}
    assert posts["s1"]["post_id"] == done["post_id"] == posts["b1"]["under_post_id"]
    assert posts["s1"]["source"] == "volunteered"
    assert (await settled.get("/instructor-applications/a1"))["status"] == "appointed"


async def test_the_holder_of_a_post_finds_the_duties_of_the_place(settled: Town) -> None:
    duties = [{"code": "meet", "text": "议事有规则"}, {"code": "manage", "text": "管理有办法"},
              {"code": "work", "text": "工作有程序"}, {"code": "answer", "text": "责任有落实"}]  # fmt: skip
    body = {"by": "city", "kind": "duty_list", "about": "instructor", "title": "指导员责任清单",
            "effective_from": settled.day(-5), "source_document": "榕组〔2026〕5号", "items": duties}  # fmt: skip
    await settled.post("/policy-documents/duties/versions", body)
    await settled.assign("i", "instructor", "m1", "station", "s1")
    found = (await settled.get("/posts/i"))["duties"]
    assert (found["document_id"], found["number"]) == ("duties", 1)
    assert [item["text"] for item in found["items"]] == ["议事有规则", "管理有办法", "工作有程序", "责任有落实"]
    again = await settled.post("/policy-documents/duties/versions", {**body, "by": "c1"}, 409)
    assert again["code"] == "document-other-kind"
    secret = await settled.post("/policy-documents/s/versions", {**body, "classification": "secret"}, 422)
    assert secret["code"] == "document-classified"
    revised = {**body, "effective_from": settled.day(0), "items": duties[:3]}
    assert (await settled.post("/policy-documents/duties/versions", revised))["number"] == 2
    assert [row["number"] for row in await settled.items("/policy-documents?kind=duty_list")] == [1, 2]
    counts = await settled.get("/policy-documents/counts")
    assert counts["kinds"] == [{"kind": "duty_list", "new": 1, "revised": 1, "in_force": 1}]
    repeal = {"by": "city", "repealed_on": settled.day(0), "reason": "x"}
    await settled.post("/policy-documents/duties/repeal", repeal, 200)
    assert (await settled.get("/posts/i"))["duties"] is None
    assert (await settled.get("/policy-documents/counts"))["kinds"][0]["in_force"] == 0


async def test_leaders_are_in_touch_with_a_station_each_by_the_office_they_hold(settled: Town) -> None:
    """领导联点 (domain W16): the street's organisation member, and the deputy secretary of a firm's committee."""
    for number, capacity in enumerate(("organisation_member", "deputy_secretary"), start=1):
        await settled.assign(f"l{number}", "contact_leader", f"m{number}", "station", "s1", capacity=capacity)
    found = await settled.items("/posts?kind=contact_leader&scope=station&scope_id=s1")
    assert {row["person_id"]: row["capacity"] for row in found} == {
        "m1": "organisation_member",
        "m2": "deputy_secretary",
    }
    await settled.post("/posts/l1/departure", {"until": settled.day(0)}, 200)
    await settled.later(1)
    today = await settled.items(f"/posts?kind=contact_leader&as_of={settled.day(0)}")
    assert [row["person_id"] for row in today] == ["m2"]
