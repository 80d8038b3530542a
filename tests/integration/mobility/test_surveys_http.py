"""Surveys among members in care (domain N24), over HTTP and PostgreSQL: asked, answered, closed, told."""

from datetime import timedelta
from typing import Any

import httpx

from shared.security.actor import Role
from tests.integration.mobility.test_away_http import (
    admitted,
    away,
    get,
    leaving,
    on_file,
    pass_time,
    published,
    send,
    today,
)
from tests.integration.mobility.world import World
from tests.support.identity import actor, badge

__all__ = ["away"]

PEOPLE = [f"m{n}" for n in range(1, 7)]
ITEMS: list[dict[str, Any]] = [
    {"item_id": "evening", "text": "活动放在晚上?", "options": ["是", "否"]},
    {"item_id": "wish", "text": "还希望什么?"},
]


async def six_in_care(http: httpx.AsyncClient, world: World) -> None:
    """m1 is on file at b2; five more of b1 are away."""
    for member in PEOPLE[4:]:
        await world.hear(admitted(member))
    await on_file(http, world)
    for member in PEOPLE[1:]:
        await send(http, "POST", "/departures", leaving(world, member), 201)


def asks(world: World, **changed: Any) -> dict[str, Any]:
    closes = (today(world) + timedelta(days=14)).isoformat()
    return {"by": "c1", "survey_id": "s1", "title": "活动时间", "items": ITEMS, "closes_on": closes} | changed


def yes(**more: str) -> dict[str, Any]:
    return {"by": "b1", "answers": {"evening": "是", **more}}


async def test_members_in_care_are_asked_answer_once_and_are_told_what_came_of_it(
    http: httpx.AsyncClient, away: World
) -> None:
    await six_in_care(http, away)
    opened = await send(http, "POST", "/surveys", asks(away), 201)
    again = await send(http, "POST", "/surveys", asks(away), 201)
    assert (opened["asked"], again) == (6, opened)
    assert [event.member_ids for event in await published(away, "SurveyAsked")] == [tuple(PEOPLE)]

    for n, member in enumerate(PEOPLE):
        await send(http, "PUT", f"/surveys/s1/answers/d-{member}", yes(wish=f"{9 - n}"))
    await send(http, "PUT", "/surveys/s1/answers/d-m1", {"by": "c2", "answers": {"evening": "否"}})
    refused = await send(http, "PUT", "/surveys/s1/answers/d-m1", {"by": "c2", "answers": {"evening": "x"}}, 422)
    assert (refused["code"], refused["where"]) == ("not-an-option", "answers.evening")
    early = await send(http, "GET", "/surveys/s1/items/wish/words", None, 409)
    assert early["code"] == "survey-open"
    open_ = await get(http, "/surveys/s1")
    assert (open_["results"], open_["closed_at"], open_["asked"]) == (None, None, 6), (
        "nothing is known before it closes"
    )
    assert not {member for member in PEOPLE if f'"{member}"' in str(open_)}

    await pass_time(away, days=15)
    late = await send(http, "PUT", "/surveys/s1/answers/d-m2", yes(), 409)
    assert late["code"] == "survey-closed"
    stranger = badge(actor(Role.BRANCH_SECRETARY, "b1x"))
    host = badge(actor(Role.BRANCH_SECRETARY, "b2"))
    assert (await http.get("/surveys/s1", headers=stranger)).status_code == 404
    assert (await http.get("/surveys", headers=stranger)).json()["items"] == []
    [seen] = (await http.get("/surveys", params={"closed": True}, headers=host)).json()["items"]
    assert seen["results"] == {
        "asked": 6, "answered": 6, "not_shown": 0,
        "total": {"answered": 6, "options": {"evening": {"是": 5, "否": 1}}, "words": {"wish": 5}},
        "branches": {"b1": {"answered": 6, "options": {"evening": {"是": 5, "否": 1}}, "words": {}}},
    }  # fmt: skip
    assert [event.member_ids for event in await published(away, "SurveyResultsOut")] == [tuple(PEOPLE)]
    said = (await http.get("/surveys/s1/items/wish/words", headers=host)).json()
    assert (said["words"], said["erased"]) == (["4", "5", "6", "7", "8"], 0), "sorted, not in the order of people"
    assert (await http.get("/surveys/s1/items/wish/words", headers=stranger)).status_code == 404
    assert (await send(http, "GET", "/surveys/s1/items/evening/words", None, 404))["code"] == "no-such-words"


async def test_of_few_who_answered_not_even_words_are_shown(http: httpx.AsyncClient, away: World) -> None:
    await six_in_care(http, away)
    await send(http, "POST", "/surveys", asks(away), 201)
    for member in PEOPLE[:4]:
        await send(http, "PUT", f"/surveys/s1/answers/d-{member}", yes(wish="x"))
    await pass_time(away, days=15)
    refused = await send(http, "GET", "/surveys/s1/items/wish/words", None, 409)
    assert refused["code"] == "too-few-answered"


async def test_a_questionnaire_is_cited_in_a_version_that_stays_as_it_was(http: httpx.AsyncClient, away: World) -> None:
    await six_in_care(http, away)
    form = {"by": "c1", "form_version": 1, "kind": "questionnaire", "title": "问卷", "items": ITEMS[:1],
            "source_document": "东组发〔2026〕7号"}  # fmt: skip
    await send(http, "POST", "/forms/f1/versions", form, 201)
    await send(http, "POST", "/forms/f1/versions", form, 201)
    changed = form | {"title": "else"}
    assert (await send(http, "POST", "/forms/f1/versions", changed, 409))["code"] == "form-version-taken"
    cites = {"items": None, "form": {"form_id": "f1", "form_version": 1}}
    await send(http, "POST", "/surveys", asks(away, **cites), 201)
    await send(http, "POST", "/forms/f1/versions", form | {"form_version": 2, "items": ITEMS}, 201)
    survey = await get(http, "/surveys/s1")
    assert ([item["item_id"] for item in survey["items"]], survey["form_version"]) == (["evening"], 1)
    assert [row["form_version"] for row in (await get(http, "/forms", form_id="f1"))["items"]] == [1, 2]


async def test_whom_a_body_cannot_ask_it_does_not(http: httpx.AsyncClient, away: World) -> None:
    await on_file(http, away)
    assert (await send(http, "POST", "/surveys", asks(away), 409))["code"] == "too-few-asked"
    both = asks(away, form={"form_id": "f1", "form_version": 1})
    assert (await send(http, "POST", "/surveys", both, 422))["code"]
    cites = asks(away, items=None, form={"form_id": "f1", "form_version": 1})
    assert (await send(http, "POST", "/surveys", cites, 404))["code"] == "form-unknown"
    assert (await send(http, "POST", "/surveys", asks(away, closes_on="2020-01-01"), 422))["where"] == "closes_on"
    assert (await send(http, "PUT", "/surveys/s9/answers/d-m1", yes(), 404))["code"] == "survey-unknown"
    elsewhere = badge(actor(Role.BRANCH_SECRETARY, "b1x"))
    assert (await http.put("/surveys/s1/answers/d-m1", json=yes(), headers=elsewhere)).status_code == 404
    neighbour = await http.post("/surveys", json=asks(away, by="b1"), headers=elsewhere)
    assert neighbour.status_code == 403


async def test_a_survey_that_is_withdrawn_shows_no_answer_to_anybody(http: httpx.AsyncClient, away: World) -> None:
    await six_in_care(http, away)
    await send(http, "POST", "/surveys", asks(away), 201)
    for member in PEOPLE:
        await send(http, "PUT", f"/surveys/s1/answers/d-{member}", yes(wish="晚些"))
    other = await send(http, "POST", "/surveys/s1/withdrawal", {"by": "c2", "text": "x"}, 409)
    assert (other["code"], other["where"]) == ("not-your-survey", "by")
    for _ in range(2):
        await send(http, "POST", "/surveys/s1/withdrawal", {"by": "c1", "text": "问题写错了"})
    late = await send(http, "PUT", "/surveys/s1/answers/d-m1", yes(wish="早些"), 409)
    assert late["code"] == "survey-withdrawn"
    await pass_time(away, days=15)
    seen = await get(http, "/surveys/s1")
    assert (seen["results"], seen["closed_at"], seen["withdrawal_text"]) == (None, None, "问题写错了")
    assert seen["withdrawn_at"] is not None
    for closed in (True, False):
        assert (await get(http, "/surveys", closed=closed))["items"] == []
    assert await published(away, "SurveyResultsOut") == []
    assert [event.member_ids for event in await published(away, "SurveyTakenBack")] == [tuple(PEOPLE)], "told once"
