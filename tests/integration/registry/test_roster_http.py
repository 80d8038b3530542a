"""党员花名册 as of any day, over HTTP and PostgreSQL; decisions about memberships; whom a station looks after."""

import codecs
import csv
import io
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from services.registry.domain.member.commands import MoveMembership
from services.registry.domain.member.decider import MEMBER
from shared.contracts import mobile_members as away
from shared.contracts.base import PublicEvent
from shared.eventstore.context import Cause
from shared.kernel.calendar import end_of_day
from shared.security.actor import Role
from shared.web.paging import encode_cursor
from tests.integration.registry.town import Town
from tests.support.identity import actor, badge, department

BRANCHES = ("b1", "b2", "b3")


async def move(town: Town, member: str, origin: str, to: str, at: datetime, transfer: str) -> None:
    command = MoveMembership(
        member_id=member, from_organisation_id=origin, to_organisation_id=to, transfer_id=transfer, moved_at=at
    )
    await town.kernel.executor.run(lambda unit: unit.handle(MEMBER, member, command), Cause("test"))


async def on_the_roll(town: Town, query: str) -> dict[str, tuple[str, str]]:
    rows = await town.items(f"/members?{query}")
    return {row["member_id"]: (row["organisation_id"], row["status"]) for row in rows}


async def test_the_roster_of_any_day_is_what_a_book_kept_by_hand_says(settled: Town) -> None:
    """Members who come, move, are confirmed and leave, in an order drawn from a seed."""
    draw = random.Random(7)
    book: dict[str, list[tuple[date, str | None, str]]] = {}
    for number in range(12):
        member, branch = f"x{number}", draw.choice(BRANCHES)
        admitted = date(2022, 1, 1) + timedelta(days=draw.randrange(365))
        ends = date(admitted.year + 1, admitted.month, 1) + timedelta(days=40)
        probationary = draw.random() < 0.6
        more: dict[str, Any] = {"admitted_on": admitted.isoformat()}
        if probationary:
            more |= {"status": "probationary", "probation_ends_on": ends.isoformat()}
        await settled.admit(20 + number, member, branch, **more)
        status = "probationary" if probationary else "formal"
        entries = book[member] = [(admitted, branch, status)]
        day = admitted
        for transfer in range(draw.randrange(3)):
            day += timedelta(days=1 + draw.randrange(200))
            to = draw.choice([one for one in BRANCHES if one != branch])
            await move(
                settled,
                member,
                branch,
                to,
                datetime(day.year, day.month, day.day, 4, tzinfo=UTC),
                f"{member}-{transfer}",
            )
            entries.append((day, branch := to, status))
        if probationary and draw.random() < 0.7:
            sure = max(day, ends) + timedelta(days=3)
            body = {"by": "city", "confirmed_on": sure.isoformat(), "person_id": "m1"}
            await settled.post(f"/members/{member}/confirmation", body, 200)
            entries.append((day := sure, branch, "formal"))
        if draw.random() < 0.4:
            day += timedelta(days=1 + draw.randrange(90))
            body = {"by": "city", "ground": "deceased", "ended_on": day.isoformat(), "person_id": "m1", "text": "x"}
            await settled.post(f"/members/{member}/end", body, 200)
            entries.append((day, None, ""))

    days = sorted({entry[0] for entries in book.values() for entry in entries})
    assert len(days) > 20
    for day in [date(2021, 12, 31), *days[::3], days[-1], settled.today]:
        expected = {}
        for member, entries in book.items():
            until = [entry for entry in entries if entry[0] <= day]
            if until and until[-1][1] is not None:
                expected[member] = (until[-1][1], until[-1][2])
        found = await on_the_roll(settled, f"as_of={day}")
        assert {member: found[member] for member in found if member.startswith("x")} == expected, day
        counted = await settled.get(f"/members/counts?as_of={day}")
        here = [status for _, status in found.values()]
        assert (counted["formal"], counted["probationary"]) == (here.count("formal"), here.count("probationary"))
        assert counted["as_of"] == day.isoformat()
        assert sum(row["formal"] for row in counted["organisations"]) == counted["formal"]


async def test_a_roster_is_of_an_organisation_and_all_below_it_and_of_nobody_elses(settled: Town) -> None:
    assert set(await on_the_roll(settled, "organisation_id=c1")) == {"m1", "m2", "m3", "m4", "m5"}
    assert set(await on_the_roll(settled, "organisation_id=b2&status=formal")) == {"m4", "m5"}
    assert [row["member_id"] for row in await settled.items("/members?order=admitted_on")] == [
        f"m{n}" for n in range(1, 7)
    ]
    mine = await settled.items("/members", department("c2"))
    assert [row["member_id"] for row in mine] == ["m6"]
    assert await settled.items("/members?organisation_id=c1", department("c2")) == []
    secretary = badge(actor(Role.BRANCH_SECRETARY, "b2"))
    assert {row["member_id"] for row in await settled.items("/members", secretary)} == {"m4", "m5"}
    made_up = encode_cursor("members-admitted_on-member_id", ("no day", "x"))
    bad = await settled.send("GET", f"/members?order=admitted_on&after={made_up}", status=400)
    assert bad["code"] == "bad-cursor"


async def test_names_are_masked_and_looking_at_them_is_on_record(settled: Town) -> None:
    assert all("name" not in row for row in await settled.items("/members?organisation_id=b1"))
    rows = await settled.items("/members?organisation_id=b1&names=true")
    assert [row["name"] for row in rows] == ["周*"] * 3
    async with settled.running.reading() as connection:
        looked = await connection.execute(text("SELECT subject FROM audit WHERE action = 'member.roster'"))
        assert sorted(looked.scalars()) == ["m1", "m2", "m3"]


async def test_the_roster_is_taken_along_as_a_file_masked_and_on_record(settled: Town) -> None:
    await settled.send("PATCH", "/organisations/b1", {"name": '=HYPERLINK("x")支部'})
    group = {"group_id": "g", "organisation_id": "b1", "name": "@一组", "founded_on": settled.day(-100)}
    await settled.post("/party-groups", group)
    await settled.post("/party-groups/g/members", {"member_ids": ["m1"], "since": settled.day(-50)}, 200)
    answer = await settled.http.get("/members/roster.csv?organisation_id=c1", headers=department("c1"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="roster-{settled.today}.csv"'
    assert answer.content.startswith(codecs.BOM_UTF8)
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[:6] == ["党员编号", "姓名", "党组织编号", "党组织", "党小组", "党员类别"]
    assert [row[0] for row in rows] == ["m1", "m2", "m3", "m4", "m5"]
    assert rows[0][1:7] == ["周*", "b1", '\'=HYPERLINK("x")支部', "'@一组", "正式党员", "2020-07-01"]
    assert (rows[1][4], rows[1][8], rows[1][9]) == ("", "", "2020-07-01")

    before = await settled.http.get(
        f"/members/roster.csv?party_group_id=g&as_of={settled.day(-51)}", headers=department("c1")
    )
    assert len(before.text.splitlines()) == 1
    elsewhere = await settled.http.get("/members/roster.csv?organisation_id=c1", headers=department("c2"))
    assert len(elsewhere.text.splitlines()) == 1
    instructor = badge(actor(Role.INSTRUCTOR, "c1"))
    assert (await settled.http.get("/members/roster.csv", headers=instructor)).status_code == 403
    async with settled.running.reading() as connection:
        taken = await connection.execute(text("SELECT subject FROM audit WHERE action = 'member.export'"))
        assert sorted(taken.scalars()) == ["m1", "m2", "m3", "m4", "m5"]


async def test_a_branch_is_told_of_a_probation_that_is_over_and_decides(settled: Town) -> None:
    ends = settled.today + timedelta(days=3)
    facts = {"status": "probationary", "admitted_on": settled.day(-300), "probation_ends_on": ends.isoformat()}
    await settled.admit(50, "new", "b1", **facts)
    counted = await settled.get(f"/members/counts?admitted_from={settled.day(-301)}")
    assert (counted["admitted"], counted["probationary"]) == (1, 1)
    early = {"by": "c1", "confirmed_on": settled.day(1), "person_id": "m1"}
    assert (await settled.post("/members/new/confirmation", early, 422))["where"] == "confirmed_on"
    await settled.later(4)
    assert "yanzhen.registry.probation-over.v1" in await settled.published()
    longer = {"by": "c1", "probation_ends_on": (ends + timedelta(days=200)).isoformat(), "person_id": "m1", "text": "x"}
    await settled.post("/members/new/probation", longer, 200)
    assert (await settled.post("/members/new/confirmation", early, 422))["code"] == "probation-not-over"
    cancelled = {
        "by": "c1",
        "ground": "probation_cancelled",
        "ended_on": settled.day(0),
        "person_id": "m1",
        "text": "x",
    }
    foreign = await settled.post("/members/new/end", cancelled, 404, who=department("c2"))
    assert foreign["code"] == "member-unknown"
    await settled.post("/members/new/end", cancelled, 200)
    assert "new" not in await on_the_roll(settled, "")
    assert "new" in await on_the_roll(settled, f"as_of={settled.day(-1)}")


async def test_nobody_leaves_the_roll_with_a_post(settled: Town) -> None:
    await settled.assign("h", "station_head", "m1", "station", "s1")
    gone = {"by": "c1", "ground": "resigned", "ended_on": settled.day(0), "person_id": "m2", "text": "x"}
    assert (await settled.post("/members/m1/end", gone, 409))["code"] == "member-holds-posts"
    heir = {"until": settled.day(0), "successor": {"person_id": "m3", "since": settled.day(1)}}
    await settled.post("/posts/h/departure", heir, 200)
    await settled.post("/members/m1/end", gone, 200)
    refused = await settled.assign("l", "liaison", "m1", "organisation", "b1", status=409)
    assert refused["code"] == "member-left"


async def test_a_station_knows_whom_it_looks_after_and_who_leads(settled: Town) -> None:
    began, ended = end_of_day(settled.today - timedelta(days=9)), end_of_day(settled.today - timedelta(days=2))
    events: list[PublicEvent] = [
        away.CareEstablished(
            care_id="d1", member_id="m6", model="three_party", lead="origin", origin_branch_id="b3", station_id="s1",
            established_at=began,
        ),
        away.MobileFileOpened(
            departure_id="d1", member_id="m6", station_id="s1", destination_organisation_id="b1", grid_id="g1",
            group_ids=("f1", "f2"), opened_at=began,
        ),
        away.CareLeadChanged(
            care_id="d1", member_id="m6", from_role="origin", to_role="station", organisation_id="c1", person_id="m1",
            reason="x", changed_at=began,
        ),
        away.CareEnded(care_id="d1", member_id="m6", reason="returned", ended_at=ended),
    ]  # fmt: skip
    for event in events[:3]:
        await settled.hear(event)
    [row] = await settled.items("/stations/s1/members")
    assert (row["member_id"], row["lead"], row["lead_person_id"], row["grid_id"]) == ("m6", "station", "m1", "g1")
    assert row["group_ids"] == ["f1", "f2"]
    assert await settled.items("/stations/s2/members") == []
    await settled.send("GET", "/stations/s1/members", status=404, who=department("c2"))
    await settled.hear(events[3])
    assert await settled.items("/stations/s1/members") == []
    assert len(await settled.items(f"/stations/s1/members?as_of={settled.day(-3)}")) == 1
    assert await settled.items(f"/stations/s1/members?as_of={settled.day(-10)}") == []
