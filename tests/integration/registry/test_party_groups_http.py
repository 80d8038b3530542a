"""党小组 over HTTP and PostgreSQL: who is in which as of any day, and what a transfer does to it."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any

from shared.contracts.mobility import TransferAccepted
from shared.kernel.calendar import end_of_day
from shared.security.actor import Role
from tests.integration.registry.town import Town
from tests.support.identity import actor, badge, department


async def found(town: Town, group_id: str, branch: str = "b1", **more: Any) -> None:
    body = {"group_id": group_id, "organisation_id": branch, "name": f"{group_id}组", "founded_on": town.day(-100)}
    await town.post("/party-groups", body | more)


async def members(town: Town, group_id: str, day: int = 0) -> set[str]:
    rows = await town.items(f"/members?party_group_id={group_id}&as_of={town.day(day)}")
    return {row["member_id"] for row in rows}


async def test_who_is_in_which_group_is_known_as_of_any_day(settled: Town) -> None:
    secretary = badge(actor(Role.BRANCH_SECRETARY, "b1"))
    await found(settled, "med", department="医疗部")
    await found(settled, "care")
    again = {"group_id": "med", "organisation_id": "b1", "name": "别的组", "founded_on": settled.day(-100)}
    assert (await settled.post("/party-groups", again, 409))["code"] == "party-group-exists"
    above = {**again, "group_id": "x", "organisation_id": "c1"}
    assert (await settled.post("/party-groups", above, 409))["code"] == "group-needs-branch"
    later = {**again, "group_id": "x", "founded_on": settled.day(1)}
    assert (await settled.post("/party-groups", later, 422))["code"] == "day-to-come"

    joining = {"member_ids": ["m1", "m2", "m4", "nobody"], "since": settled.day(-50)}
    results = (await settled.post("/party-groups/med/members", joining, 200, who=secretary))["results"]
    assert [(one["entered"], one.get("code")) for one in results] == [
        (True, None), (True, None), (False, "member-unknown"), (False, "member-unknown"),
    ]  # fmt: skip
    other = await settled.post("/party-groups/med/members", {**joining, "member_ids": ["m4"]}, 200)
    assert other["results"][0]["code"] == "group-of-another-branch"
    move = {"group_id": "care", "since": settled.day(-20)}
    await settled.send("PUT", "/members/m2/party-group", move, who=secretary)
    await settled.send("PUT", "/members/m3/party-group", {"group_id": "gone", "since": settled.day(-20)}, 409)

    assert (await members(settled, "med"), await members(settled, "care")) == ({"m1"}, {"m2"})
    assert await members(settled, "med", -30) == {"m1", "m2"}
    assert await members(settled, "med", -51) == set()
    [shown] = await settled.items("/members?party_group_id=care&names=true")
    assert (shown["party_group"], shown["name"], shown["organisation_id"]) == ("care组", "周*", "b1")
    none = [row["member_id"] for row in await settled.items("/members?organisation_id=b1") if not row["party_group_id"]]
    assert none == ["m3"]
    listed = {row["group_id"]: row["members"] for row in await settled.items("/party-groups?organisation_id=b1")}
    assert listed == {"med": 1, "care": 1}
    assert (await settled.get(f"/party-groups/med?as_of={settled.day(-30)}"))["members"] == 2
    assert await settled.items("/party-groups", department("c2")) == []
    await settled.send("GET", "/party-groups/med", status=404, who=department("c2"))

    await settled.send("PATCH", "/party-groups/med", {"name": "医疗一组"})
    end = {"dissolved_on": settled.day(-5), "reason": "部门合并"}
    await settled.post("/party-groups/med/dissolution", end, 200)
    assert await members(settled, "med") == set()
    assert await members(settled, "med", -6) == {"m1"}
    assert [row["group_id"] for row in await settled.items("/party-groups")] == ["care"]
    assert len(await settled.items(f"/party-groups?as_of={settled.day(-6)}")) == 2
    await settled.send("PUT", "/members/m1/party-group", {"group_id": "care", "since": settled.day(-5)})
    assert await members(settled, "care") == {"m1", "m2"}
    published = await settled.published()
    kinds = ("founded", "changed", "dissolved", "assigned")
    assert all(f"yanzhen.registry.party-group-{one}.v1" in published for one in kinds)


async def test_whoever_is_taken_in_elsewhere_leaves_the_group_and_its_head_is_gone(settled: Town) -> None:
    await found(settled, "g")
    await settled.post("/party-groups/g/members", {"member_ids": ["m1", "m2"], "since": settled.day(-50)}, 200)
    outside = {"member_id": "m3", "since": settled.day(-40)}
    assert (await settled.send("PUT", "/party-groups/g/head", outside, 409))["code"] == "not-in-the-group"
    await settled.send("PUT", "/party-groups/g/head", {"member_id": "m1", "since": settled.day(-40)})
    accepted = datetime.combine(settled.today - timedelta(days=10), time(4), UTC)
    event = TransferAccepted(
        transfer_id="t1", member_id="m1", from_branch_id="b1", from_committee_id="c1", to_committee_id="c2",
        to_branch_id="b3", accepted_at=accepted, receipt_due_at=end_of_day(settled.today), parties=(),
    )  # fmt: skip
    await settled.hear(event)
    await settled.hear(event)

    group = await settled.get("/party-groups/g")
    assert (group["head_id"], group["members"]) == (None, 1)
    before = await settled.get(f"/party-groups/g?as_of={settled.day(-11)}")
    assert (before["head_id"], before["members"]) == ("m1", 2)
    [row] = [one for one in await settled.items("/members?organisation_id=b3") if one["member_id"] == "m1"]
    assert row["party_group_id"] is None
    gone = {"by": "c1", "ground": "resigned", "ended_on": settled.day(0), "person_id": "m3", "text": "x"}
    await settled.post("/members/m2/end", gone, 200)
    assert await members(settled, "g") == set()
    assert await members(settled, "g", -1) == {"m2"}


async def test_a_branch_that_ends_has_no_groups_and_a_race_leaves_nobody_in_two(settled: Town) -> None:
    body = {"organisation_id": "b9", "name": "b9", "kind": "branch", "parent_id": "c1", "area_code": "350102"}
    await settled.post("/organisations", body)
    await found(settled, "lost", "b9")
    await settled.post("/organisations/b9/dissolution", {"reason": "撤销"}, 200)
    assert "lost" not in {row["group_id"] for row in await settled.items("/party-groups")}

    for group in ("x", "y"):
        await found(settled, group)
    since = settled.day(-1)
    await asyncio.gather(
        *(settled.send("PUT", "/members/m1/party-group", {"group_id": one, "since": since}) for one in ("x", "y", "x"))
    )
    assert len(await members(settled, "x")) + len(await members(settled, "y")) == 1
