"""Members who are away, over HTTP and PostgreSQL: from departure to return, with time that passes and people who err."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from services.mobility.model import MODEL
from services.mobility.projections.care_projections import CARE_PROJECTIONS
from shared.contracts import registry
from shared.contracts.base import event_class
from shared.contracts.mobile_members import TransferProposed
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.rebuild import rebuild
from shared.kernel.calendar import local_date
from shared.kernel.clock import ShiftedClock
from shared.kernel.json import from_json
from shared.security.actor import Role
from tests.integration.mobility.world import World
from tests.support.identity import actor, badge

Post = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def away(served: World) -> World:
    """The roll, with a 驻城站 in Dongguan and its head, and two more members of b1."""
    station = registry.StationOpened(
        station_id="town", name="虎门站", kind="town", area_code="441900", organisation_id="c2"
    )
    head = registry.PostAssigned(
        post_id="p9", kind="station_head", person_id="h9", scope="station", scope_id="town", since=date(2025, 1, 1)
    )
    for event in (station, head, *(admitted(member) for member in ("m3", "m4"))):
        await served.hear(event)
    return served


def admitted(member_id: str) -> registry.MemberAdmitted:
    from tests.integration.mobility import roll

    return roll.admitted(member_id)


def today(world: World) -> date:
    return local_date(world.clock.now())


def leaving(world: World, member_id: str = "m1", **changed: Any) -> dict[str, Any]:
    return {
        "departure_id": f"d-{member_id}",
        "member_id": member_id,
        "reason": "work",
        "by": "b1",
        "destination": {"area_code": "441900", "place": "虎门镇"},
        "departs_on": today(world).isoformat(),
        "expected_until": (today(world) + timedelta(days=120)).isoformat(),
        "place_fixed": True,
        "contact_person_id": "secretary",
        **changed,
    }


async def send(
    http: httpx.AsyncClient, method: str, path: str, body: Any, status: int = 200, **headers: str
) -> dict[str, Any]:
    response = await http.request(method, path, json=body, headers=headers)
    assert response.status_code == status, (path, response.text)
    answer: dict[str, Any] = response.json()
    if status < 300:
        assert response.headers["etag"] == f'"{answer["version"]}"'
    else:
        assert response.headers["content-type"].startswith("application/problem+json")
        assert answer["remedy"]
    return answer


async def get(http: httpx.AsyncClient, path: str, **query: Any) -> Any:
    response = await http.get(path, params=query)
    assert response.status_code == 200, (path, response.text)
    return response.json()


async def published(world: World, name: str) -> list[Any]:
    assert isinstance(world.store, PostgresStore)
    async with world.store.engine.connect() as connection:
        rows: Any = (await connection.exec_driver_sql("SELECT headers, data FROM outbox ORDER BY id")).fetchall()
    found = []
    for headers, data in rows:
        kind = event_class((headers if isinstance(headers, dict) else from_json(headers))["ce-type"])
        if kind is not None and kind.__name__ == name:
            found.append(kind.model_validate_json(data))
    return found


async def pass_time(world: World, **by: float) -> None:
    assert isinstance(world.clock, ShiftedClock)
    world.clock.shift(timedelta(**by))
    while await world.timers.fire_due():
        pass


async def on_file(http: httpx.AsyncClient, world: World, member_id: str = "m1", **changed: Any) -> str:
    body = leaving(world, member_id, **changed)
    await send(http, "POST", "/departures", body, 201)
    path = f"/departures/{body['departure_id']}"
    await send(http, "POST", f"{path}/verification", {"by": "c2", "outcome": "found"})
    file = {"by": "c2", "destination_organisation_id": "b2", "person_id": "host", "grid_id": "g5",
            "group_ids": ["trade-tea", "area-humen"]}  # fmt: skip
    await send(http, "PUT", f"{path}/file", file)
    return str(body["departure_id"])


async def test_a_member_leaves_is_found_cared_for_and_comes_back(http: httpx.AsyncClient, away: World) -> None:
    answer = await send(http, "POST", "/departures", leaving(away), 201)
    assert (answer["credential"], answer["station_id"], answer["status"]) == ("certificate", "town", "to_verify")
    matches = await get(http, "/departures", station_id="town", status="to_verify")
    assert [row["departure_id"] for row in matches["items"]] == ["d-m1"]
    care = await get(http, "/care/d-m1")
    assert (care["lead"], care["origin_person_id"], care["station_person_id"]) == ("origin", "secretary", "h9")
    assert care["duties"][0]["duty_id"] == "verify.station"
    assert all(duty["person_id"] and duty["due_at"] for duty in care["duties"])

    await send(http, "POST", "/departures/d-m1/verification", {"by": "c2", "outcome": "wrong", "text": "no such firm"})
    assert "correct_registration.origin" in {duty["duty_id"] for duty in (await get(http, "/care/d-m1"))["duties"]}
    await send(http, "POST", "/departures/d-m1/correction", {"by": "b1"})
    await send(http, "POST", "/departures/d-m1/verification", {"by": "c2", "outcome": "found"})
    file = {"by": "c2", "destination_organisation_id": "b2", "person_id": "host", "group_ids": ["trade-tea"]}
    await send(http, "PUT", "/departures/d-m1/file", file)
    care = await get(http, "/care/d-m1")
    assert (care["lead"], care["lead_organisation_id"]) == ("station", "c2")
    holders = {duty["duty_id"]: duty["person_id"] for duty in care["duties"]}
    assert holders == {
        "contact.origin": "secretary", "yearly_report.origin": "secretary", "talk.station": "h9",
        "ledger_refresh.station": "h9", "dues_and_attendance.destination": "host",
    }  # fmt: skip

    await send(http, "POST", "/care/d-m1/contacts", {"by": "b1", "role": "origin", "way": "call"}, 201)
    assert len((await get(http, "/care/d-m1"))["contacts"]) == 1
    home = {"by": "b1", "returned_on": today(away).isoformat(), "outcome": "started_business"}
    assert (await send(http, "POST", "/departures/d-m1/return", home))["status"] == "ended"
    care = await get(http, "/care/d-m1")
    assert (care["end_reason"], care["duties"]) == ("returned", [])
    assert (await get(http, "/returns"))["outcomes"] == {"started_business": 1}
    before = (today(away) - timedelta(days=1)).isoformat()
    assert (await get(http, "/returns", as_of=before))["returns"] == 0
    names = [type(event).__name__ for name in ("CareEnded", "MemberReturned") for event in await published(away, name)]
    assert names == ["CareEnded", "MemberReturned"]


async def lies_with(http: httpx.AsyncClient, organisation: str, section: str) -> list[tuple[str, str]]:
    """Kind and task of what the inbox of an organisation has in a section."""
    answer = await get(http, "/cases/inbox", organisation=organisation)
    return [(item["kind"], item["task"]) for item in answer["sections"][section]["items"]]


async def test_silence_is_reminded_of_and_reaches_the_superior(http: httpx.AsyncClient, away: World) -> None:
    await on_file(http, away)
    await pass_time(away, days=95)
    [overdue] = [event for event in await published(away, "CareDutyOverdue") if event.duty_id == "contact.origin"]
    assert (overdue.person_id, overdue.organisation_id, overdue.origin_branch_id) == ("secretary", "b1", "b1")
    await pass_time(away, days=10)
    duties = (await get(http, "/care-duties", overdue=True))["items"]
    escalated = {duty["duty_id"]: duty["escalated_to"] for duty in duties}
    assert escalated["contact.origin"] == "c1"
    assert ("care_duty", "contact") in await lies_with(http, "c1", "overdue")
    assert (await get(http, "/care/d-m1"))["lead"] == "station", "time changes nothing else"
    inbox = await http.get("/care-duties", headers=badge(actor(Role.WORKING_COMMITTEE, "c1")))
    assert "contact.origin" in {duty["duty_id"] for duty in inbox.json()["items"]}
    await send(http, "POST", "/care/d-m1/contacts", {"by": "b1", "role": "origin", "way": "visit"}, 201)
    still = {duty["duty_id"] for duty in (await get(http, "/care-duties", overdue=True))["items"]}
    assert "contact.origin" not in still


async def test_who_reports_in_unregistered_is_confirmed_or_disowned_by_the_origin(
    http: httpx.AsyncClient, away: World
) -> None:
    for member in ("m1", "m2"):
        assert (await send(http, "POST", "/arrivals", leaving(away, member, by="c2"), 201))["status"] == "to_verify"
    assert "confirm_membership.origin" in {duty["duty_id"] for duty in (await get(http, "/care/d-m1"))["duties"]}
    await send(http, "POST", "/departures/d-m1/correction", {"by": "b1"})
    assert "confirm_membership.origin" not in {duty["duty_id"] for duty in (await get(http, "/care/d-m1"))["duties"]}
    stranger = {"by": "b1", "our_member": False}
    assert (await send(http, "POST", "/departures/d-m2/correction", stranger))["status"] == "ended"
    assert (await get(http, "/care/d-m2"))["end_reason"] == "not_our_member"


async def test_six_months_ask_for_a_transfer_and_the_transfer_ends_the_care(
    http: httpx.AsyncClient, away: World
) -> None:
    await on_file(http, away, expected_until=None)
    assert await published(away, "TransferProposed") == []
    await pass_time(away, days=190)
    [proposed] = await published(away, "TransferProposed")
    assert isinstance(proposed, TransferProposed)
    await away.hear(proposed)
    await away.hear(proposed)
    duties = {duty["duty_id"]: duty for duty in (await get(http, "/care/d-m1"))["duties"]}
    assert duties["request_transfer.origin"]["person_id"] == "secretary"
    asking = {"transfer_id": "t1", "member_id": "m1", "to_committee_id": "c2", "to_branch_id": "b2", "scope": "county",
              "reason": "work", "dues_paid_to": "2026-09"}  # fmt: skip
    assert (await http.post("/transfers", json=asking)).status_code == 201
    for by in ("c1", "k1"):
        letter = (await http.post("/transfers/t1/approvals", json={"by": by})).json()["letter_number"]
    body = {"by": "c2", "branch_id": "b2", "letter_number": letter}
    assert (await http.post("/transfers/t1/acceptance", json=body)).status_code == 200
    moved = registry.MembershipMoved(
        member_id="m1",
        from_organisation_id="b1",
        to_organisation_id="b2",
        transfer_id="t1",
        moved_at=away.clock.now(),
    )
    await away.hear(moved)
    await away.hear(moved)
    assert (await get(http, "/departures/d-m1"))["end_reason"] == "transferred"
    assert (await get(http, "/care/d-m1"))["end_reason"] == "transferred"


async def test_three_at_one_place_are_proposed_to_their_committee(http: httpx.AsyncClient, away: World) -> None:
    for member in ("m1", "m2"):
        await send(http, "POST", "/departures", leaving(away, member), 201)
    assert (await get(http, "/branch-proposals"))["items"] == []
    place = {"area_code": "441900", "place": "虎门 镇"}
    await send(http, "POST", "/departures", leaving(away, "m3", destination=place), 201)
    [proposal] = (await get(http, "/branch-proposals", decided=False))["items"]
    assert (proposal["body_id"], proposal["member_ids"]) == ("c1", ["m1", "m2", "m3"])
    assert await lies_with(http, "c1", "todo") == [("branch_proposal", "decide_temporary_branch")]
    path = f"/branch-proposals/{proposal['proposal_id']}/decision"
    alone = await send(http, "POST", path, {"by": "c1", "agreed": True, "text": "yes"}, 422)
    assert (alone["code"], alone["where"]) == ("consultation-missing", "consulted_id")
    await send(http, "POST", path, {"by": "c1", "agreed": True, "text": "yes", "consulted_id": "c2"})
    assert (await get(http, "/branch-proposals", decided=False))["items"] == []


async def test_moving_on_brings_the_lead_home_until_the_next_station_has_the_member(
    http: httpx.AsyncClient, away: World
) -> None:
    await on_file(http, away)
    move = {"by": "b1", "destination": {"place": "大阪", "abroad": True}, "place_fixed": False}
    assert (await send(http, "PUT", "/departures/d-m1/destination", move))["status"] == "away"
    care = await get(http, "/care/d-m1")
    assert (care["lead"], care["station_id"], care["destination_id"]) == ("origin", None, None)
    assert {duty["person_id"] for duty in care["duties"]} == {"secretary"}


async def test_local_rules_decide_credential_and_lead_and_are_cited(http: httpx.AsyncClient, away: World) -> None:
    rules = {"short_fixed_credential": "mobile_card", "models": [{"to_area": "440000", "model": "destination_led"}]}
    body = {"by": "k1", "rules_version": 1, "effective_from": "2025-01-01", "source_document": "doc-7", "rules": rules}
    await send(http, "POST", "/care-rules/350102/versions", body, 201)
    assert (await get(http, "/care-rules/350102"))["in_force"] == 1
    await on_file(http, away)
    row = await get(http, "/departures/d-m1")
    assert (row["credential"], row["rules"]["source_document"]) == ("mobile_card", "doc-7")
    assert (await get(http, "/care/d-m1"))["lead"] == "destination"
    again = await send(http, "POST", "/care-rules/350102/versions", body | {"rules": {}}, 409)
    assert again["code"] == "rules-version-taken"


async def test_a_card_is_numbered_by_its_county_written_in_reviewed_and_given_back(
    http: httpx.AsyncClient, away: World
) -> None:
    not_away = await send(http, "POST", "/cards", {"by": "b1", "member_id": "m2"}, 409)
    assert not_away["code"] == "not-away"
    await on_file(http, away)
    issued = await send(http, "POST", "/cards", {"by": "b1", "card_id": "k1", "member_id": "m1"}, 201)
    year = today(away).year
    assert issued["card_number"] == f"350102-{year}-000001"
    for entry in ({"kind": "dues"}, {"kind": "attendance", "sessions": 2}, {"kind": "attendance", "sessions": 1}):
        line = {"by": "b2", "month": f"{year}-01", **entry}
        await send(http, "POST", "/cards/k1/entries", line, 201)
    card = await get(http, "/cards/k1", at="b2")
    assert (card["dues_paid_to"], card["sessions"]) == (f"{year}-01", 3)
    assert card["rights"] == {"takes_part": True, "votes": False, "elects": False, "can_be_elected": False}
    due = {duty["duty_id"]: duty["due_at"] for duty in (await get(http, "/care/d-m1"))["duties"]}
    await pass_time(away, days=20)
    await send(http, "POST", "/cards/k1/reviews", {"by": "b1", "year": year, "passed": True}, 201)
    after = {duty["duty_id"]: duty["due_at"] for duty in (await get(http, "/care/d-m1"))["duties"]}
    assert after["card_review.origin"] > due["card_review.origin"]
    await send(http, "POST", "/cards/k1/end", {"by": "b1", "reason": "returned"})
    assert "card_review.origin" not in {duty["duty_id"] for duty in (await get(http, "/care/d-m1"))["duties"]}
    assert (await get(http, "/cards", valid=True))["items"] == []


async def test_a_lost_member_is_searched_for_proposed_and_decided_about_by_people(
    http: httpx.AsyncClient, away: World
) -> None:
    lost = {"by": "b1", "member_id": "m1", "lost_since": today(away).isoformat(), "person_id": "secretary"}
    assert (await send(http, "POST", "/lost-contact", lost, 201))["status"] == "searching"
    await pass_time(away, days=190)
    row = await get(http, "/lost-contact/m1")
    assert (row["status"], row["proposal"], row["holder_id"]) == ("searching", "stop_membership", "c1")
    assert ("lost_contact", "stop_membership") in await lies_with(http, "c1", "todo")
    assert row["due_at"]
    verdict = {"by": "b1", "approved_by": "c1", "proposal": "stop_membership", "agreed": True, "person_id": "chair",
               "decided_on": today(away).isoformat(), "text": "every way was tried"}  # fmt: skip
    assert (await send(http, "POST", "/lost-contact/m1/decisions", verdict, 409))["code"] == "not-searched"
    tried = {"by": "b1", "way": "family", "text": "asked at home"}
    await send(http, "POST", "/lost-contact/m1/searches", tried, 201)
    assert (await send(http, "POST", "/lost-contact/m1/decisions", verdict, 201))["status"] == "stopped"
    back = {"by": "b1", "restored_on": today(away).isoformat(), "application_document": "doc-1"}
    assert (await send(http, "POST", "/lost-contact/m1/restoration", back))["proposal"] == "restore"
    restore = verdict | {"proposal": "restore", "text": "came back"}
    assert (await send(http, "POST", "/lost-contact/m1/decisions", restore, 201))["status"] == "back"
    row = await get(http, "/lost-contact/m1")
    assert (row["lost"], row["searches"], len(row["log"])) == (False, 1, 1)
    decided = await published(away, "LossDecided")
    assert [(event.proposal, event.decided_by, event.person_id) for event in decided] == [
        ("stop_membership", "b1", "chair"), ("restore", "b1", "chair"),
    ]  # fmt: skip


async def test_the_talent_pool_holds_whoever_agrees_for_as_long_as_they_agree(
    http: httpx.AsyncClient, away: World
) -> None:
    listed = {"by": "b1", "kinds": ["reserve_cadre"], "consent_document": "doc-9"}
    await send(http, "PUT", "/talents/m1", listed)
    nomination = {"by": "b1", "nomination_id": "n1", "kind": "reserve_cadre", "body_id": "c1", "text": "runs a farm"}
    await send(http, "POST", "/talents/m1/nominations", nomination, 201)
    assert await lies_with(http, "c1", "todo") == [("nomination", "decide_nomination")]
    [waiting] = (await get(http, "/cases/inbox", organisation="c1"))["sections"]["todo"]["items"]
    assert (waiting["case_id"], waiting["member_id"]) == ("n1", None), "who may look into an inbox need not know who"
    assert [row["member_id"] for row in (await get(http, "/talents", kind="reserve_cadre"))["items"]] == ["m1"]
    await send(http, "POST", "/talents/m1/withdrawal", {"by": "b1"})
    assert (await get(http, "/talents"))["items"] == []
    talent = await get(http, "/talents/m1")
    assert (talent["consent_document"], talent["nominations"][0]["status"]) == (None, "consent_withdrawn")
    verdict = {"by": "c1", "accepted": True, "person_id": "chair", "text": "x"}
    late = await send(http, "POST", "/talents/m1/nominations/n1/decision", verdict, 409)
    assert late["code"] == "nomination-ended"


async def test_what_is_another_partys_to_say_is_refused(http: httpx.AsyncClient, away: World) -> None:
    await send(http, "POST", "/departures", leaving(away), 201)
    said = await send(http, "POST", "/departures/d-m1/verification", {"by": "b1", "outcome": "found"}, 403)
    assert said["code"] == "not-your-side"
    home = {"by": "c2", "returned_on": today(away).isoformat()}
    await send(http, "POST", "/departures/d-m1/return", home, 403)
    await send(http, "POST", "/care/d-m1/contacts", {"by": "b1", "role": "station", "way": "call"}, 403)
    done = await send(http, "POST", "/care/d-m1/duties/verify.station/completion", {"by": "c2"}, 409)
    assert done["code"] == "duty-has-its-act"


MISTAKES: list[tuple[dict[str, Any], int, str]] = [
    ({"member_id": "nobody"}, 404, "member-unknown"),
    ({"destination": {"place": "x"}}, 422, "invalid-input"),
    ({"destination": {"place": "x", "area_code": "990000"}}, 422, "invalid-input"),
    ({"destination": {"place": "x" * 101, "area_code": "441900"}}, 422, "invalid-input"),
    ({"destination": {"place": "x", "abroad": True, "phone": "1"}}, 422, "invalid-input"),
    ({"departs_on": "yesterday"}, 422, "invalid-input"),
    ({"departs_on": "9999-12-31", "expected_until": None}, 422, "invalid-input"),
    ({"departs_on": "0001-01-01"}, 422, "invalid-input"),
    ({"expected_until": "2020-01-01"}, 422, "ends-before-it-begins"),
    ({"reason": "fun"}, 422, "invalid-input"),
    ({"station_id": "nowhere"}, 409, "station-unknown"),
    ({"station_id": "s0"}, 409, "no-named-person"),
    ({"phone": "13800000000"}, 422, "invalid-input"),
    ({"by": "nowhere"}, 403, "not-your-organisation"),
]


async def test_a_departure_that_cannot_be_is_told_why_and_leaves_nothing(http: httpx.AsyncClient, away: World) -> None:
    for changed, status, code in MISTAKES:
        problem = await send(http, "POST", "/departures", leaving(away) | changed, status)
        assert problem["code"] == code, (changed, problem)
    assert (await get(http, "/departures"))["items"] == []
    assert (await get(http, "/care"))["items"] == []


async def test_repeats_and_races_change_nothing(http: httpx.AsyncClient, away: World) -> None:
    first = await send(http, "POST", "/departures", leaving(away), 201)
    assert await send(http, "POST", "/departures", leaving(away), 201) == first
    other = await send(http, "POST", "/departures", leaving(away, departure_id="d-9"), 409)
    assert other["code"] == "departure-open"
    tag = (await http.get("/departures/d-m1")).headers["etag"]
    verify = {"by": "c2", "outcome": "found"}
    await send(http, "POST", "/departures/d-m1/verification", verify, 200, **{"If-Match": tag})
    stale = await send(http, "POST", "/departures/d-m1/verification", verify, 412, **{"If-Match": tag})
    assert stale["code"] == "stale-version"


async def test_the_read_models_of_care_can_be_rebuilt(http: httpx.AsyncClient, away: World) -> None:
    await on_file(http, away)
    await send(http, "POST", "/cards", {"by": "b1", "card_id": "k1", "member_id": "m1"}, 201)
    line = {"by": "b2", "month": "2026-01", "kind": "attendance", "sessions": 2}
    await send(http, "POST", "/cards/k1/entries", line, 201)
    lost = {"by": "b1", "member_id": "m2", "lost_since": today(away).isoformat(), "person_id": "secretary"}
    await send(http, "POST", "/lost-contact", lost, 201)
    tried = {"by": "b1", "way": "family", "text": "asked at home"}
    await send(http, "POST", "/lost-contact/m2/searches", tried, 201)
    assert isinstance(away.store, PostgresStore)
    for projection in CARE_PROJECTIONS:
        report = await rebuild(away.store.engine, MODEL, projection)
        assert report.different == 0, projection.name
