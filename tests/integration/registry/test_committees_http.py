"""Committees of several units, committees of travellers, what organisations are formed on, and seats of members."""

import asyncio

from shared.security.actor import Role
from tests.integration.registry.town import UNIT, Town
from tests.support.identity import actor, badge, department

ELSEWHERE = "440300"


async def found(
    town: Town, key: str, kind: str, parent: str = "city", status: int = 201, **more: object
) -> dict[str, object]:
    body = {"organisation_id": key, "name": f"{key}党组织", "kind": kind, "parent_id": parent, "area_code": "350102"}
    return await town.post("/organisations", body | more, status)


async def test_a_joint_committee_stands_over_project_branches_and_covers_several_units(settled: Town) -> None:
    """土地一级开发联合党委 (domain Z19)."""
    await found(settled, "joint", "joint_committee", host="project", can_approve_probationary=True)
    for number in range(7):
        await found(settled, f"site-{number}", "project", "joint", formal_members=3)
    few = await found(settled, "few", "project", "joint", 409, formal_members=2)
    assert few["code"] == "too-few-formal-members"
    cover = {"mode": "joint", "on": settled.day(-1)}
    await settled.send("PUT", f"/units/{UNIT}/covers/joint", cover)
    ledger = await settled.get(f"/units/{UNIT}/ledger")
    assert [(one["organisation_id"], one["mode"]) for one in ledger["covers"]] == [("joint", "joint")]
    below = await settled.items("/organisations?parent_id=joint&kind=project")
    assert len(below) == 7
    # Transfers go to it, so that everybody may name it; where there is a project branch tells where somebody works.
    everybody = {one["organisation_id"] for one in await settled.items("/organisations", department("c2"))}
    assert "joint" in everybody
    assert "site-0" not in everybody


async def test_what_a_branch_is_formed_on_is_said_and_found(settled: Town) -> None:
    """支部加协会、支部建在产业链 (domain Y07)."""
    await found(settled, "tea", "branch", "c1", host="association")
    await found(settled, "citrus", "branch", "c1", host="industry_chain")
    await found(settled, "tower", "regional", "c1", host="building")
    await settled.send("PATCH", "/organisations/b1", {"host": "market"})
    hosts = {one["organisation_id"]: one["host"] for one in await settled.items("/organisations?parent_id=c1")}
    assert hosts == {"tea": "association", "citrus": "industry_chain", "tower": "building", "b1": "market", "b2": None}
    [found_] = await settled.items("/organisations?host=industry_chain")
    assert (found_["organisation_id"], found_["kind"]) == ("citrus", "branch")
    wrong = await found(settled, "x", "branch", "c1", 422, host="moon")
    assert "host" in str(wrong["errors"])


async def test_a_committee_of_travellers_stands_elsewhere_over_mobile_branches(settled: Town) -> None:
    """驻外流动党员管理工作委员会 (domain Y21)."""
    await found(settled, "away", "mobile_committee", "c1", area_code=ELSEWHERE, host="office")
    for key in ("dongguan", "humen"):
        await found(settled, key, "mobile_branch", "away", area_code=ELSEWHERE)
    assert {one["organisation_id"] for one in await settled.items("/organisations?kind=mobile_branch")} == {
        "dongguan", "humen",
    }  # fmt: skip
    root = {"organisation_id": "r", "name": "r", "kind": "mobile_committee", "area_code": ELSEWHERE}
    refused = await settled.post("/organisations", root, 422, who=badge(actor(Role.OPERATOR)))
    assert refused["code"] == "root-kind"


async def test_a_branch_of_travellers_hangs_below_its_origin_and_stands_at_a_place_elsewhere(settled: Town) -> None:
    """驻粤流动党支部 (domain Y03)."""
    few = await found(settled, "canton", "mobile_branch", "c1", 409, area_code=ELSEWHERE, formal_members=2)
    assert few["code"] == "too-few-formal-members"
    await found(settled, "canton", "mobile_branch", "c1", area_code=ELSEWHERE, host="chamber", formal_members=3)
    await found(settled, "home", "mobile_branch", "c1", area_code="350102", formal_members=3)
    for province, standing in (("440000", ["canton"]), ("350000", ["home"])):
        there = await settled.items(f"/organisations?kind=mobile_branch&area_code={province}")
        assert [one["organisation_id"] for one in there] == standing
    term = {"elected_on": settled.day(-1090), "ends_on": settled.day(5)}
    await settled.send("PUT", "/organisations/canton/term", term)
    row = await settled.get("/organisations/canton")
    assert (row["parent_id"], row["area_code"], row["host"]) == ("c1", ELSEWHERE, "chamber")
    assert (row["term_ends_on"], row["can_approve_probationary"]) == (settled.day(5), False)


async def test_member_units_have_a_part_time_seat_each_beside_the_secretary(settled: Town) -> None:
    place = {"place_id": "park", "kind": "platform", "form": "industry_park", "name": "园区", "area_code": "350102",
             "organisation_id": "c1", "governance": "joint", "opened_on": settled.day(-400)}  # fmt: skip
    await settled.post("/places", place)
    await settled.assign("sec", "secretary", "m1", "platform", "park", source="elected")
    second = await settled.assign("sec2", "secretary", "m2", "platform", "park", source="appointed", status=409)
    assert second["code"] == "post-already-held"
    stranger = await settled.assign("p1", "part_time_member", "m2", "platform", "park", represents_id=UNIT, status=409)
    assert (stranger["code"], stranger["where"]) == ("not-a-member-of-it", "represents_id")
    for scope, member in (("unit", UNIT), ("organisation", "b2")):
        body = {"kind": "member", "from_id": "park", "to_scope": scope, "to_id": member, "since": settled.day(-350)}
        await settled.post("/relations", body)

    taken = await asyncio.gather(
        *(
            settled.http.post(
                "/posts",
                json={"kind": "part_time_member", "person_id": who, "scope": "platform", "scope_id": "park",
                      "represents_id": UNIT, "since": settled.day(-300)},
                headers=department("city"),
            )
            for who in ("m2", "m3")
        )
    )  # fmt: skip
    assert sorted(one.status_code for one in taken) == [201, 409]
    await settled.assign("p2", "part_time_member", "m4", "platform", "park", represents_id="b2")
    seats = await settled.items("/posts?kind=part_time_member&scope=platform&scope_id=park")
    assert {one["represents_id"] for one in seats} == {UNIT, "b2"}
    heir = {"until": settled.day(-1), "successor": {"person_id": "m5", "since": settled.day(0)}}
    await settled.post("/posts/p2/departure", heir, 200)
    [held] = await settled.items(f"/posts?person_id=m5&as_of={settled.day(0)}")
    assert (held["kind"], held["represents_id"]) == ("part_time_member", "b2")
    assert await settled.items("/posts?scope=platform", department("c2")) == []

    nobody = await settled.assign("x", "part_time_member", "m6", "platform", "park", status=422)
    assert nobody["code"] == "post-represents"
    misplaced = await settled.assign("x", "liaison", "m6", "organisation", "b1", represents_id="b1", status=422)
    assert misplaced["code"] == "post-represents"
    below = await settled.assign("o", "part_time_member", "m6", "organisation", "c1", represents_id="b2")
    assert below["post_id"] == "o"
    above = await settled.assign("y", "part_time_member", "m6", "organisation", "b2", represents_id="c1", status=409)
    assert above["code"] == "not-a-member-of-it"
