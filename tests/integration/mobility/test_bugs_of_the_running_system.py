"""Faults that were found with requests to the running system."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from tests.integration.mobility.test_away_http import away, get, leaving, on_file, send, today
from tests.integration.mobility.world import World

__all__ = ["away"]


async def test_bug_2001_a_year_that_nobody_means_is_refused_and_never_a_fault_of_ours(http: httpx.AsyncClient) -> None:
    for path in ("/activities", "/appraisals"):
        for year in (99_999_999_999, 0, -1):
            answer = await http.get(path, params={"year": year})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input"), (path, year)
    for path in ("/outcomes?month=9999-12", "/flows?since=0001-01&until=9999-12"):
        assert (await http.get(path)).status_code == 200, path


async def test_bug_2004_a_member_who_is_away_has_one_valid_card(http: httpx.AsyncClient, away: World) -> None:
    await on_file(http, away)
    issue = [http.post("/cards", json={"by": "b1", "card_id": f"k{n}", "member_id": "m1"}) for n in range(4)]
    found = [(answer.status_code, answer.json().get("code")) for answer in await asyncio.gather(*issue)]
    assert sorted(found, key=str) == [(201, None), *[(409, "card-valid")] * 3]
    [card] = (await get(http, "/cards", member_id="m1"))["items"]
    await send(http, "POST", "/cards", {"by": "b1", "card_id": card["card_id"], "member_id": "m1"}, 201)
    await send(http, "POST", f"/cards/{card['card_id']}/end", {"by": "b1", "reason": "lost"})
    await send(http, "POST", "/cards", {"by": "b1", "card_id": "new", "member_id": "m1"}, 201)


async def test_bug_2005_who_may_act_for_two_does_not_act_for_one_in_the_name_of_the_other(
    http: httpx.AsyncClient, away: World
) -> None:
    """The city's department acts for both b1 and b2: m1 is b1's."""
    await on_file(http, away)
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/departures", leaving(away, "m3", by="b2")),
        ("POST", "/cards", {"by": "b2", "member_id": "m1"}),
        ("POST", "/lost-contact",
         {"by": "b2", "member_id": "m2", "lost_since": str(today(away) - timedelta(days=9)), "person_id": "p"}),
        ("PUT", "/talents/m1", {"by": "b2", "kinds": ["local_talent"], "consent_document": "x"}),
    ]  # fmt: skip
    for method, path, body in asked:
        refused = await send(http, method, path, body, 403)
        assert (refused["code"], refused["where"]) == ("not-your-side", "by"), path
    await send(http, "POST", "/departures", leaving(away, "m3", by="c1"), 201)


async def test_bug_2007_a_departure_of_another_century_is_asked_about(http: httpx.AsyncClient, away: World) -> None:
    far = leaving(away, departs_on="2199-12-31", expected_until=None)
    refused = await send(http, "POST", "/departures", far, 422)
    assert (refused["code"], refused["where"]) == ("departs-too-late", "departs_on")
    assert (await get(http, "/departures"))["items"] == []


async def test_bug_2009_nobody_confirms_a_relocation_in_the_name_of_another_office(
    http: httpx.AsyncClient, away: World
) -> None:
    await away.ask()
    await away.approve()
    await away.accept()
    parties = (await get(http, "/transfers/t1"))["parties"]
    b1 = next(one["party_id"] for one in parties if one["ref_id"] == "b1")
    path, said = "/relocations/t1/acknowledgements", {"party_id": b1}
    assert (await send(http, "POST", path, said | {"by": "b2"}, 403))["code"] == "not-your-side"
    await send(http, "POST", path, said | {"by": "c1"}, 201)
