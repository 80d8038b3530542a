"""Changes of the tree through HTTP on PostgreSQL: handing over, restoring, upgrading, and what is due."""

import asyncio
from datetime import timedelta

from services.registry.application.handovers import Handovers
from shared.kernel.calendar import add_months, local_date
from tests.integration.registry.conftest import Door
from tests.integration.registry.town import UNIT


async def parents(door: Door, *organisations: str) -> list[str | None]:
    return [(await door("GET", f"/organisations/{one}"))["parent_id"] for one in organisations]


async def test_seventeen_organisations_are_handed_over_at_once_and_each_is_confirmed(door: Door) -> None:
    """District 002: social organisations hang below education, health and civil affairs (domain Z08)."""
    for bureau in ("two-new", "education"):
        await door.found(bureau, "working_committee", "city", "430702")
    society = [f"society-{number:02d}" for number in range(17)]
    for one in society:
        await door.found(one, "branch", "two-new", "430702")
    order = {"reorganisation_id": "r1", "by": "city", "organisation_ids": society, "to_parent_id": "education",
             "reason": "归口教育"}  # fmt: skip

    await door("POST", "/reorganisations", order)

    assert await parents(door, *society) == ["education"] * 17
    for one in society[:16]:
        await door("POST", "/reorganisations/r1/receipts", {"by": "education", "organisation_id": one})
    found = await door("GET", "/reorganisations/r1")
    assert [one["organisation_id"] for one in found["receipts"] if one["given_on"] is None] == ["society-16"]
    wrong = await door(
        "POST", "/reorganisations/r1/receipts", {"by": "city", "organisation_id": "society-16"}, expect=409
    )
    assert wrong["code"] == "not-the-receiver"
    tomorrow = local_date(door.world.clock.now()) + timedelta(days=1)
    [edges] = [await door.world.store.find_rows("organisation_edges", {"organisation_id": "society-00"})]
    assert edges[-1]["parent_id"] == "education"
    assert edges[-1]["since"] < tomorrow


async def test_an_order_that_cannot_be_carried_out_for_one_is_carried_out_for_none(door: Door) -> None:
    await door.found("k1", "working_committee", "city", "430702")
    await door.found("k2", "working_committee", "city", "430702")
    await door.found("c1", "committee", "k1", "430702")
    await door.found("g1", "committee", "c1", "430702")
    order = {"by": "city", "organisation_ids": ["g1", "c1"], "to_parent_id": "g1", "reason": "x"}
    refused = await door("POST", "/reorganisations", order, expect=409)
    assert refused["code"] == "organisation-cycle"
    assert await parents(door, "g1", "c1") == ["c1", "k1"]


async def tree(door: Door, organisation: str) -> list[tuple[str, str | None]]:
    """Below whom it hangs, from which day on."""
    rows = await door.world.store.find_rows("organisation_edges", {"organisation_id": organisation})
    return sorted((str(row["since"]), row["parent_id"]) for row in rows)


async def test_an_organisation_hangs_elsewhere_since_a_past_day_and_nothing_is_moved_before_its_time(
    door: Door,
) -> None:
    for key, kind, parent in (
        ("k1", "working_committee", "city"),
        ("k2", "working_committee", "city"),
        ("b1", "branch", "k1"),
    ):
        await door.found(key, kind, parent, "430702")
    founded = local_date(door.world.clock.now())
    door.world.clock.shift(timedelta(days=40))
    day = [str(founded + timedelta(days=days)) for days in (-1, 10, 20, 41)]

    early = await door("PUT", "/organisations/b1/parent", {"parent_id": "k2", "effective_on": day[0]}, expect=409)
    assert (early["code"], early["where"]) == ("reparent-backdated", "effective_on")
    to_come = await door("PUT", "/organisations/b1/parent", {"parent_id": "k2", "effective_on": day[3]}, expect=422)
    assert (to_come["code"], to_come["where"]) == ("reparent-later", "effective_on")
    await door("PUT", "/organisations/b1/parent", {"parent_id": "k2", "effective_on": day[1]})
    assert await tree(door, "b1") == [(str(founded), "k1"), (day[1], "k2")]
    again = await door("PUT", "/organisations/b1/parent", {"parent_id": "k1", "effective_on": str(founded)}, expect=409)
    assert again["code"] == "reparent-backdated"
    # A superior that was moved itself since then could stand below what is put below it on some day in between.
    await door("PUT", "/organisations/k2/parent", {"parent_id": "k1", "effective_on": day[2]})
    order = {"by": "city", "organisation_ids": ["b1"], "to_parent_id": "k1", "reason": "x", "effective_on": day[1]}
    await door("POST", "/reorganisations", {**order, "effective_on": day[2]})
    assert await tree(door, "b1") == [(str(founded), "k1"), (day[1], "k2"), (day[2], "k1")]


async def test_an_order_for_a_later_day_is_carried_out_on_its_day_whole_or_not_at_all(door: Door) -> None:
    for key, kind, parent in (
        ("k1", "working_committee", "city"), ("k2", "working_committee", "city"),
        ("c1", "committee", "k1"), ("g1", "committee", "c1"), ("b1", "branch", "k1"),
    ):  # fmt: skip
        await door.found(key, kind, parent, "430702")
    today = local_date(door.world.clock.now())
    day = str(today + timedelta(days=10))
    facts = {"by": "city", "reason": "归口教育", "effective_on": day}
    orders = {
        "good": {"organisation_ids": ["b1", "g1"], "to_parent_id": "k2"},
        "void": {"organisation_ids": ["b1", "k1"], "to_parent_id": "c1"},
        "off": {"organisation_ids": ["b1"], "to_parent_id": "c1"},
    }
    for key, order in orders.items():
        await door("POST", "/reorganisations", {"reorganisation_id": key, **facts, **order})
    far = str(today + timedelta(days=400))
    late = await door("POST", "/reorganisations", {**facts, **orders["good"], "effective_on": far}, expect=422)
    assert (late["code"], late["where"]) == ("handover-too-far", "effective_on")
    await door("POST", "/reorganisations/off/revocation", {"by": "city", "reason": "改期"})
    handovers = Handovers(door.world.running)
    door.world.clock.shift(timedelta(days=9))
    assert await handovers.do_due() == 0
    assert await parents(door, "b1", "g1") == ["k1", "c1"]
    scheduled = (await door("GET", "/reorganisations?status=scheduled"))["items"]
    assert {one["reorganisation_id"] for one in scheduled} == {"good", "void"}
    early = await door("POST", "/reorganisations/good/receipts", {"by": "k2", "organisation_id": "b1"}, expect=409)
    assert early["code"] == "not-handed-over"

    door.world.clock.shift(timedelta(days=3))  # two days late: the service was down
    await asyncio.gather(handovers.do_due(), Handovers(door.world.running).do_due())

    assert await parents(door, "b1", "g1", "k1") == ["k2", "k2", "city"]
    assert (await tree(door, "b1"))[-1] == (day, "k2")
    [failed] = (await door("GET", "/reorganisations?status=failed"))["items"]
    assert (failed["reorganisation_id"], failed["ended_why"].split(":")[0]) == ("void", "organisation-cycle")
    found = await door("GET", "/reorganisations/off")
    assert (found["status"], found["ended_by"], found["ended_why"]) == ("revoked", "city", "改期")
    done = await door("POST", "/reorganisations/good/revocation", {"by": "city", "reason": "x"}, expect=409)
    assert done["code"] == "handover-not-open"
    await door("POST", "/reorganisations/good/receipts", {"by": "k2", "organisation_id": "b1"})
    assert await handovers.do_due() == 0


async def test_bug_700_a_superior_whose_organisations_were_all_dissolved_can_be_dissolved_and_restored(
    door: Door,
) -> None:
    await door.found("c1", "committee", "city", "430702")
    await door.found("b1", "branch", "c1", "430702")
    refused = await door("POST", "/organisations/c1/dissolution", {"reason": "x"}, expect=409)
    assert refused["code"] == "organisation-not-empty"
    await door("POST", "/organisations/b1/dissolution", {"reason": "x"})
    await door("POST", "/organisations/c1/dissolution", {"reason": "x"})

    orphan = await door("POST", "/organisations/b1/restoration", {"reason": "x"}, expect=409)
    assert orphan["code"] == "parent-unknown"
    await door("POST", "/organisations/c1/restoration", {"reason": "恢复"})
    await door("POST", "/organisations/b1/restoration", {"reason": "恢复"})
    again = await door("POST", "/organisations/c1/dissolution", {"reason": "x"}, expect=409)
    assert again["code"] == "organisation-not-empty"


async def test_a_superior_approves_an_upgrade_and_nobody_approves_their_own(door: Door) -> None:
    await door.found("c1", "committee", "city", "430702")
    await door.found("b1", "branch", "c1", "430702")
    own = await door("POST", "/organisations/b1/upgrade", {"by": "b1", "kind": "general_branch"}, expect=409)
    assert own["code"] == "not-the-superior"
    few = await door("POST", "/organisations/b1/upgrade", {"by": "c1", "kind": "general_branch"}, expect=409)
    assert few["code"] == "too-few-members"
    body = {"by": "c1", "kind": "general_branch", "exception": "工作需要"}
    await door("POST", "/organisations/b1/upgrade", body)
    assert (await door("GET", "/organisations/b1"))["kind"] == "general_branch"


async def test_elections_that_come_near_are_listed_and_reminded_of(door: Door) -> None:
    await door.found("b1", "branch", "city", "430702")
    today = local_date(door.world.clock.now())
    ends = add_months(today, 7)
    await door("PUT", "/organisations/b1/term", {"elected_on": str(add_months(ends, -36)), "ends_on": str(ends)})
    assert (await door("GET", "/elections"))["items"] == []

    door.world.clock.shift(timedelta(days=45))
    await door.world.fire_timers()

    [near] = (await door("GET", "/elections"))["items"]
    assert (near["organisation_id"], near["term_ends_on"]) == ("b1", str(ends))
    events = (await door.world.store.read_streams({"organisation-b1": 0}))["organisation-b1"]
    assert [one.data["months_left"] for one in events if one.type == "election-due"] == [6]
    extension = {"by": "city", "ends_on": str(add_months(ends, 12)), "reason": "x"}
    await door("POST", "/organisations/b1/term/extension", extension)
    assert (await door("GET", "/elections"))["items"] == []


async def test_an_approved_application_founds_the_organisation_and_one_without_an_answer_is_overdue(door: Door) -> None:
    await door.found("c1", "committee", "city", "430702")
    asked = {"by": "c1", "to": "city", "name": "新支部", "kind": "branch", "area_code": "430702", "formal_members": 3}
    for number in ("f1", "f2", "f3"):
        await door("POST", "/foundings", asked | {"founding_id": number, "organisation_id": f"new-{number}"})

    await door("POST", "/foundings/f1/decision", {"by": "city", "decision": "approved"})
    await door("POST", "/foundings/f2/decision", {"by": "city", "decision": "refused", "reason": "可联合组建"})
    assert await parents(door, "new-f1") == ["city"]
    await door("GET", "/organisations/new-f2", expect=404)
    unasked = await door("POST", "/foundings/f3/decision", {"by": "c1", "decision": "approved"}, expect=409)
    assert unasked["code"] == "not-the-body-asked"

    joint = {"kind": "joint_branch", "unit_uscc": UNIT, "host": "building", "organisation_id": "joint"}
    await door("POST", "/foundings", asked | joint | {"founding_id": "f4"})
    await door("POST", "/foundings/f4/decision", {"by": "city", "decision": "approved"})
    founded = await door("GET", "/organisations/joint")
    assert (founded["unit_uscc"], founded["host"]) == (UNIT, "building")

    door.world.clock.shift(timedelta(days=40))
    await door.world.fire_timers()
    [overdue] = (await door("GET", "/foundings?status=overdue"))["items"]
    assert overdue["founding_id"] == "f3"
    nowhere = await door("POST", "/foundings", asked | {"to": "nowhere"}, expect=409)
    assert (nowhere["code"], nowhere["where"]) == ("organisation-unknown", "to")
