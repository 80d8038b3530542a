"""双向评议 over HTTP and PostgreSQL (domain N13): blind until both sides have spoken, decided by a body, told to the member."""

from datetime import timedelta
from typing import Any

import httpx

from shared.contracts import registry
from shared.security.actor import Role
from tests.integration.mobility.test_away_http import away, get, leaving, on_file, pass_time, published, send, today
from tests.integration.mobility.world import World
from tests.support.identity import actor, badge

__all__ = ["away"]

WELL = {"standard": "好", "demand": "好", "goal": "差"}


async def forms(http: httpx.AsyncClient) -> None:
    choice: dict[str, Any] = {"text": "?", "options": ["好", "差"]}
    aspects = [choice | {"item_id": one, "aspect": one} for one in ("standard", "demand", "goal")]
    form = {"by": "c1", "form_version": 1, "title": "评议标准", "source_document": "东组发〔2026〕9号"}
    await send(http, "POST", "/forms/f1/versions", form | {"kind": "appraisal", "items": aspects}, 201)
    of_bodies = {"kind": "appraisal_of_bodies", "items": [choice | {"item_id": "help"}]}
    await send(http, "POST", "/forms/f2/versions", form | of_bodies, 201)


def opening(world: World, **changed: Any) -> dict[str, Any]:
    due = (today(world) + timedelta(days=20)).isoformat()
    return {"by": "b1", "standard": {"form_id": "f1", "form_version": 1}, "of_bodies": {"form_id": "f2", "form_version": 1},
            "due_on": due} | changed  # fmt: skip


def appraises(by: str, **changed: Any) -> dict[str, Any]:
    return {"by": by, "grade": "qualified", "answers": WELL, "text": "积极", "person_id": "p"} | changed


async def turns(http: httpx.AsyncClient, organisation: str) -> list[tuple[str, str]]:
    sections = (await get(http, "/cases/inbox", organisation=organisation))["sections"]
    found = [one for name in ("todo", "overdue") for one in sections[name]["items"]]
    return [(one["case_id"], one["task"]) for one in found if one["kind"] == "appraisal"]


async def test_both_ends_appraise_a_year_blind_the_member_appraises_them_and_a_body_decides(
    http: httpx.AsyncClient, away: World
) -> None:
    await on_file(http, away)
    await forms(http)
    year = today(away).year
    path, one = f"/care/d-m1/appraisals/{year}", f"d-m1.{year}"
    await send(http, "POST", path, opening(away), 201)
    await send(http, "POST", path, opening(away), 201)
    assert await turns(http, "b1") == await turns(http, "c2") == [(one, "appraise")]

    await send(http, "PUT", f"/appraisals/{one}/sides/origin", appraises("b1", text="老家的话"))
    await send(http, "PUT", f"/appraisals/{one}/sides/station/of-body", {"by": "b1", "answers": {"help": "好"}})
    early = {"by": "c1", "grade": "qualified", "text": "x", "person_id": "q"}
    assert (await send(http, "POST", f"/appraisals/{one}/decision", early, 409))["code"] == "side-missing"
    blind = await get(http, f"/appraisals/{one}")
    assert [side["appraised_at"] is not None for side in blind["sides"]] == [True, False]
    assert "老家的话" not in str(blind)
    assert {side[name] for side in blind["sides"] for name in ("grade", "answers", "text", "of_body")} == {None}

    await send(http, "PUT", f"/appraisals/{one}/sides/station", appraises("c2", grade="excellent"))
    seen = await get(http, f"/appraisals/{one}")
    assert [(side["role"], side["grade"], side["of_body"]) for side in seen["sides"]] == [
        ("origin", "qualified", None), ("station", "excellent", {"help": "好"}),
    ]  # fmt: skip
    assert (await turns(http, "c1"), await turns(http, "b1"), await turns(http, "c2")) == (
        [(one, "decide_appraisal")], [], [],
    )  # fmt: skip
    late = appraises("b1", grade="unqualified")
    assert (await send(http, "PUT", f"/appraisals/{one}/sides/origin", late, 409))["code"] == "appraised-already"
    await send(http, "POST", f"/appraisals/{one}/decision", early | {"text": "按时参加组织生活"})
    [listed] = (await get(http, "/appraisals", year=year, decided=True))["items"]
    assert (listed["grade"], listed["text"], listed["person_id"]) == ("qualified", "按时参加组织生活", "q")
    assert await turns(http, "c1") == []
    [told] = await published(away, "AppraisalDecided")
    assert (told.member_id, told.year, told.decided_by) == ("m1", year, "c1")
    stranger = badge(actor(Role.BRANCH_SECRETARY, "b1x"))
    assert (await http.get(f"/appraisals/{one}", headers=stranger)).status_code == 404


async def test_a_side_that_is_silent_is_told_of_and_its_superior_speaks_for_it(
    http: httpx.AsyncClient, away: World
) -> None:
    await on_file(http, away)
    await forms(http)
    one = f"d-m1.{today(away).year}"
    await send(http, "POST", f"/care/d-m1/appraisals/{today(away).year}", opening(away), 201)
    await send(http, "PUT", f"/appraisals/{one}/sides/origin", appraises("b1"))
    instead = appraises("k1")
    assert (await send(http, "PUT", f"/appraisals/{one}/sides/station", instead, 409))["code"] == "not-your-side"
    await pass_time(away, days=40)
    [late] = await published(away, "AppraisalOverdue")
    assert (late.turn, late.body_id, late.superior_id, late.member_id) == ("station", "c2", "k1", "m1")
    assert await turns(http, "k1") == [(one, "appraise")]
    await send(http, "PUT", f"/appraisals/{one}/sides/station", instead)
    assert await turns(http, "c1") == [(one, "decide_appraisal")]


async def test_who_cannot_be_appraised_is_not(http: httpx.AsyncClient, away: World) -> None:
    await on_file(http, away)
    year = today(away).year
    path = f"/care/d-m1/appraisals/{year}"
    assert (await send(http, "POST", path, opening(away), 404))["code"] == "form-unknown"
    await forms(http)
    swapped = opening(away, standard={"form_id": "f2", "form_version": 1})
    assert (await send(http, "POST", path, swapped, 409))["code"] == "form-of-another-kind"
    assert (await send(http, "POST", path, opening(away, by="b2"), 403))["code"] == "not-your-side"
    before = f"/care/d-m1/appraisals/{year - 1}"
    assert (await send(http, "POST", before, opening(away), 422))["code"] == "year-before-care"
    assert (await send(http, "GET", "/appraisals/d-m1.1999", None, 404))["code"] == "appraisal-unknown"

    alone = leaving(away, "m3", destination={"place": "x", "abroad": True})
    await send(http, "POST", "/departures", alone, 201)
    refused = await send(http, "POST", f"/care/d-m3/appraisals/{year}", opening(away), 409)
    assert refused["code"] == "one-side-only"
    probationary = registry.MemberAdmitted.model_validate(
        {"member_id": "m9", "organisation_id": "b1", "status": "probationary", "admitted_on": str(today(away)),
         "name": "sealed:1:key:" + "A" * 38}
    )  # fmt: skip
    await away.hear(probationary)
    await send(http, "POST", "/departures", leaving(away, "m9"), 201)
    refused = await send(http, "POST", f"/care/d-m9/appraisals/{year}", opening(away), 409)
    assert refused["code"] == "member-not-graded"
