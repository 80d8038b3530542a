"""Two decisions at once, each fine alone: one of them gives way, by name, and nothing is left hanging.

Of each pair one request is brought to the point where it has decided and has not committed; then the other one is served
from beginning to end; then the first goes on.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry.application.reactions import FOLLOWS
from shared.contracts.mobility import TransferAccepted
from shared.eventstore.context import Cause
from shared.eventstore.records import Work
from shared.kernel.errors import Refused
from shared.kernel.identifiers import resident_id, uscc
from tests.integration.registry.town import UNIT, Town
from tests.support.identity import department

Act = Callable[[Town], Awaitable[tuple[int, str]]]
"""Serves one request; its status and the code of a refusal."""


def asking(method: str, path: str, body: Mapping[str, Any]) -> Act:
    async def act(town: Town) -> tuple[int, str]:
        sent = {name: town.day(value) if isinstance(value, int) else value for name, value in body.items()}
        answer = await town.http.request(method, path, json=sent, headers=department("city"))
        return answer.status_code, answer.json().get("code", "")

    return act


async def move(town: Town) -> tuple[int, str]:
    """Mobility has accepted the member m1 into x."""
    at = datetime(2026, 4, 30, 17, tzinfo=UTC)
    event = TransferAccepted(
        transfer_id="t1", member_id="m1", from_branch_id="b1", from_committee_id="c1", to_committee_id="city",
        to_branch_id="x", accepted_at=at, receipt_due_at=at, parties=(),
    )  # fmt: skip
    try:
        await town.kernel.executor.run(
            lambda unit: FOLLOWS["mobility"][TransferAccepted].react(event, unit), Cause("t")
        )
    except Refused as refused:
        return 409, refused.code
    return 200, ""


async def interrupted(town: Town, first: Act, by: Act, at: str) -> tuple[tuple[int, str], tuple[int, str]]:
    """What both get when `by` is served just before `first` commits an event of the type `at`."""
    committer = town.kernel.executor.committer
    commit = committer.commit
    answers: list[tuple[int, str]] = []

    async def meanwhile(work: Work) -> None:
        if not answers and any(event.type == at for append in work.appends for event in append.events):
            answers.append((0, "under way"))
            answers[0] = await by(town)
        await commit(work)

    committer.commit = meanwhile  # type: ignore[method-assign]
    answer = await first(town)
    [other] = answers
    return answer, other


def close(station: str) -> Act:
    return asking("POST", f"/stations/{station}/closure", {"closed_on": 1, "reason": "合并"})


def dissolve(organisation: str) -> Act:
    return asking("POST", f"/organisations/{organisation}/dissolution", {"reason": "合并"})


def end_of(member: str) -> Act:
    body = {"by": "city", "person_id": "m2", "ground": "resigned", "ended_on": -1, "text": "本人申请"}
    return asking("POST", f"/members/{member}/end", body)


def post(at: str) -> Act:
    body = {
        "post_id": f"p-{at}",
        "kind": "station_head",
        "person_id": "m1",
        "scope": "station",
        "scope_id": at,
        "since": -1,
    }
    return asking("POST", "/posts", body)


def serve(at: str) -> Act:
    body = {"kind": "serves", "from_id": at, "to_scope": "organisation", "to_id": "b1", "since": -1}
    return asking("POST", "/relations", body)


def share(at: str) -> Act:
    body = {"kind": "shares", "from_id": "hall", "to_scope": "station", "to_id": at, "since": -1}
    return asking("POST", "/relations", body)


def duty(at: str) -> Act:
    return asking("PUT", f"/stations/{at}/duty/2027-01-05", {"person_ids": ["m1"]})


def admit(at: str) -> Act:
    number = resident_id.make("350102", date(1980, 1, 1), 900)
    body = {"member_id": f"n-{at}", "organisation_id": at, "admitted_on": -100, "name": "周明远", "resident_id": number}
    return asking("POST", "/members", body)


def hang(at: str) -> Act:
    return asking("PUT", "/organisations/b3/parent", {"parent_id": at})


def hand_over(at: str) -> Act:
    body = {"by": "city", "organisation_ids": ["b2"], "to_parent_id": at, "reason": "整建制"}
    return asking("POST", "/reorganisations", body)


def found(at: str) -> Act:
    body = {"organisation_id": f"new-{at}", "name": "新支部", "kind": "branch", "parent_id": at, "area_code": "350102"}
    return asking("POST", "/organisations", body)


def approve(at: str) -> Act:
    return asking("POST", f"/foundings/f-{at}/decision", {"by": at, "decision": "approved"})


def cover(at: str) -> Act:
    return asking("PUT", f"/units/{UNIT}/covers/{at}", {"mode": "area", "on": -1})


AT_A_STATION = (
    (post, "post-assigned", "station-in-use"),
    (serve, "relation-begun", "station-in-use"),
    (share, "relation-begun", "station-in-use"),
    (duty, "duty-planned", "closing-interrupted"),
)
INTO_AN_ORGANISATION = (
    (admit, "member-admitted", "organisation-not-empty", "organisation-unknown"),
    (hang, "party-organisation-reparented", "organisation-not-empty", "parent-unknown"),
    (hand_over, "party-organisation-reparented", "organisation-not-empty", "parent-unknown"),
    (found, "party-organisation-founded", "organisation-not-empty", "parent-unknown"),
    (approve, "party-organisation-founded", "organisation-not-empty", "parent-unknown"),
    (cover, "unit-covered", "closing-interrupted", "organisation-unknown"),
)


@pytest.fixture
async def town(settled: Town) -> Town:
    """The town with an empty committee `x`, and a site."""
    await committee(settled, "x")
    hall = {"place_id": "hall", "kind": "site", "form": "activity_room", "name": "阵地", "area_code": "350102",
            "organisation_id": "c1", "opened_on": settled.day(-30)}  # fmt: skip
    await settled.post("/places", hall)
    return settled


async def committee(town: Town, key: str) -> None:
    """An empty one, which has been asked to approve a founding."""
    x = {"organisation_id": key, "name": "待撤党委", "kind": "committee", "parent_id": "city", "area_code": "350102"}
    await town.post("/organisations", x)
    founding = {"founding_id": f"f-{key}", "organisation_id": f"f1-{key}", "by": "c1", "to": key, "name": "新支部",
                "kind": "branch", "area_code": "350102", "formal_members": 3}  # fmt: skip
    await town.post("/foundings", founding)


async def station(town: Town, key: str) -> None:
    body = {"station_id": key, "name": "某站", "kind": "guidance", "area_code": "350102", "organisation_id": "c1"}
    await town.post("/stations", body)


async def test_bug_1400_what_a_station_is_given_while_it_is_closed_keeps_it_open(town: Town) -> None:
    for arrival, _, why in AT_A_STATION:
        at = arrival.__name__
        await station(town, at)
        closing, given = await interrupted(town, close(at), arrival(at), "station-closed")
        assert (closing, given[0] // 100) == ((409, why), 2), at
        assert (await town.send("GET", f"/stations/{at}"))["closed_on"] is None


async def test_nothing_is_given_to_a_station_that_was_closed_in_the_same_moment(town: Town) -> None:
    for arrival, event, _ in AT_A_STATION:
        at = arrival.__name__
        await station(town, at)
        given, closing = await interrupted(town, arrival(at), close(at), event)
        assert (given, closing[0]) == ((409, "place-unknown"), 200), at


async def test_bug_1401_whoever_comes_while_it_is_dissolved_keeps_an_organisation(town: Town) -> None:
    for arrival, _, why, _ in INTO_AN_ORGANISATION:
        at = arrival.__name__
        await committee(town, at)
        dissolving, come = await interrupted(town, dissolve(at), arrival(at), "party-organisation-dissolved")
        assert (dissolving, come[0] // 100) == ((409, why), 2), at
        assert (await town.send("GET", f"/organisations/{at}"))["dissolved"] is False


async def test_nobody_comes_into_an_organisation_that_was_dissolved_in_the_same_moment(town: Town) -> None:
    for arrival, event, _, why in INTO_AN_ORGANISATION:
        at = arrival.__name__
        await committee(town, at)
        come, dissolving = await interrupted(town, arrival(at), dissolve(at), event)
        assert (come, dissolving) == ((409, why), (200, "")), at


async def test_a_member_who_is_moved_into_it_keeps_an_organisation_that_is_being_dissolved(town: Town) -> None:
    assert await interrupted(town, dissolve("x"), move, "party-organisation-dissolved") == (
        (409, "organisation-not-empty"),
        (200, ""),
    )
    assert (await town.send("GET", "/members/m1"))["organisation_id"] == "x"


async def test_a_member_who_is_moved_into_what_was_just_dissolved_is_there_and_nowhere_else(town: Town) -> None:
    assert await interrupted(town, move, dissolve("x"), "membership-moved") == ((200, ""), (200, ""))
    assert (await town.send("GET", "/members/m1"))["organisation_id"] == "x"
    assert (await town.send("GET", "/organisations/x"))["dissolved"] is True


async def test_a_membership_that_ends_while_the_member_is_moved_ends_where_the_member_is(town: Town) -> None:
    assert await interrupted(town, end_of("m1"), move, "membership-ended") == ((200, ""), (200, ""))
    row = await town.send("GET", "/members/m1")
    assert (row["organisation_id"], row["left_on"]) == ("x", town.day(-1))


async def test_a_member_who_leaves_the_roll_while_being_moved_is_moved_no_more(town: Town) -> None:
    assert await interrupted(town, move, end_of("m1"), "membership-moved") == ((200, ""), (200, ""))
    row = await town.send("GET", "/members/m1")
    assert (row["organisation_id"], row["left_on"]) == ("b1", town.day(-1))


async def test_of_two_units_with_one_uscc_entered_at_once_one_is_refused(town: Town) -> None:
    code = uscc.make("91", "350102", "000000018")
    first, second = (
        asking("POST", "/units", {"uscc": code, "name": name, "kind": "enterprise", "area_code": "350102"})
        for name in ("乙公司", "丙公司")
    )
    assert await interrupted(town, first, second, "unit-registered") == ((409, "unit-already-registered"), (201, ""))
    assert (await town.send("GET", f"/units/{code}"))["name"] == "丙公司"


async def test_of_two_ways_in_which_one_organisation_covers_a_unit_at_once_one_is_refused(town: Town) -> None:
    first, second = (
        asking("PUT", f"/units/{UNIT}/covers/b1", {"mode": mode, "on": -1}) for mode in ("attached", "area")
    )
    assert await interrupted(town, first, second, "unit-covered") == ((409, "already-covered"), (200, ""))


async def test_bug_1402_of_the_last_two_units_of_a_joint_branch_at_once_one_is_refused(town: Town) -> None:
    joint = {
        "organisation_id": "j",
        "name": "联合支部",
        "kind": "joint_branch",
        "parent_id": "c1",
        "area_code": "350102",
    }
    await town.post("/organisations", joint)
    codes = [uscc.make("91", "350102", f"{number:09}") for number in range(20, 26)]
    for code in codes:
        await town.post("/units", {"uscc": code, "name": "某公司", "kind": "enterprise", "area_code": "350102"})
    *most, fifth, sixth = [asking("PUT", f"/units/{code}/covers/j", {"mode": "joint", "on": -1}) for code in codes]
    for act in most:
        assert await act(town) == (200, "")
    assert await interrupted(town, fifth, sixth, "unit-covered") == ((409, "joint-branch-full"), (200, ""))
    end = asking("POST", f"/units/{codes[0]}/covers/j/end", {"on": 0, "reason": "调整"})
    assert await end(town) == (200, "")
    assert await fifth(town) == (200, "")


async def test_bug_1403_an_organisation_is_changed_at_the_version_that_was_read_whatever_happened_before(
    town: Town,
) -> None:
    guided = {"guided_by": "c1", "since": town.day(0)}
    await town.send("PUT", "/organisations/x/guidance", guided)
    await town.send("PUT", "/organisations/b1/parent", {"parent_id": "x"})
    await town.post("/organisations/x/dissolution", {"reason": "合并"}, 409)
    read = await town.http.get("/organisations/x", headers=department("city"))
    headers = department("city") | {"If-Match": read.headers["ETag"]}
    changed = await town.http.patch("/organisations/x", json={"name": "某党委"}, headers=headers)
    assert changed.status_code == 200, changed.text
