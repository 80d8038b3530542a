"""What members who are away have to say (domain N24), and the yearly meeting at home (Y27), over HTTP and PostgreSQL."""

from datetime import timedelta

import httpx

from services.mobility.domain.care_rules.rules import CareRules, DutyRule
from shared.security.actor import Role
from tests.integration.mobility.test_away_http import away, get, on_file, pass_time, published, send, today
from tests.integration.mobility.world import World
from tests.support.identity import actor, badge

__all__ = ["away"]


async def test_what_a_member_says_is_answered_by_the_body_and_read_by_the_member(
    http: httpx.AsyncClient, away: World
) -> None:
    await on_file(http, away)
    said = {"by": "c2", "opinion_id": "o1", "kind": "suggestion", "text": "返乡时办一次电商培训"}
    await send(http, "POST", "/care/d-m1/opinions", said, 201)
    await send(http, "POST", "/care/d-m1/opinions", said, 201)
    [open_one] = (await get(http, "/opinions", replied=False, kind="suggestion"))["items"]
    assert (open_one["body_id"], open_one["entered_by"]) == ("b1", "c2")
    [lies_here] = (await get(http, "/cases/inbox", organisation="b1"))["sections"]["todo"]["items"]
    assert (lies_here["kind"], lies_here["case_id"], lies_here["member_id"]) == ("opinion", "o1", None)
    await pass_time(away, days=40)
    assert (await get(http, "/opinions/o1"))["escalated_to"] == "c1"

    reply = {"by": "c2", "taken_up": True, "person_id": "secretary", "text": "春节后开班"}
    refused = await send(http, "POST", "/opinions/o1/reply", reply, 409)
    assert refused["code"] == "not-the-body"
    await send(http, "POST", "/opinions/o1/reply", reply | {"by": "b1"})
    assert (await get(http, "/opinions", replied=False))["items"] == []
    stranger = await http.get("/opinions/o1", headers=badge(actor(Role.BRANCH_SECRETARY, "b1x")))
    assert stranger.status_code == 404


async def test_an_area_can_ask_for_a_meeting_at_home_each_year(http: httpx.AsyncClient, away: World) -> None:
    meeting = DutyRule(kind="homecoming_meeting", party="origin", months=12)
    rules = CareRules(duties=(*CareRules().duties, meeting)).model_dump(mode="json")
    body = {"by": "city", "rules_version": 1, "effective_from": str(today(away)), "source_document": "东组发〔2026〕5号",
            "rules": rules}  # fmt: skip
    await send(http, "POST", "/care-rules/350102/versions", body, 201)
    await on_file(http, away, expected_until=str(today(away) + timedelta(days=900)))
    await pass_time(away, days=367)
    overdue = [event for event in await published(away, "CareDutyOverdue") if event.kind == "homecoming_meeting"]
    assert [(event.organisation_id, event.person_id) for event in overdue] == [("b1", "secretary")]
    done = {"by": "b1", "text": "12 人到会, 3 条“金点子”"}
    await send(http, "POST", "/care/d-m1/duties/homecoming_meeting.origin/completion", done)
    duties = {duty["duty_id"]: duty for duty in (await get(http, "/care/d-m1"))["duties"]}
    assert duties["homecoming_meeting.origin"]["overdue"] is False
