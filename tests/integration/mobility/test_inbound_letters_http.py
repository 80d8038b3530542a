"""`/inbound-letters` over HTTP on PostgreSQL: a member from a place that is not connected arrives with a paper letter."""

from datetime import date, timedelta

import httpx

from shared.kernel.calendar import local_date
from tests.integration.mobility.roll import admitted
from tests.integration.mobility.test_cases_http import counts, fire
from tests.integration.mobility.test_mobility_http import post
from tests.integration.mobility.world import World
from tests.support.identity import department


def letter(today: date, number: str = "深福组转〔2026〕12号") -> dict[str, object]:
    return {
        "by": "c1", "outside": {"name": "中共深圳市福田区委组织部", "area_code": "440304"}, "letter_number": number,
        "valid_until": str(today + timedelta(days=60)), "dues_paid_to": "2026-09",
    }  # fmt: skip


async def test_a_letter_is_one_case_from_its_registration_to_the_receipt_on_paper(
    http: httpx.AsyncClient, served: World
) -> None:
    today = local_date(served.clock.now())
    identity = (await post(http, "/inbound-letters", letter(today), 201))["letter_id"]
    assert (await post(http, "/inbound-letters", letter(today), 201))["letter_id"] == identity
    twice = await post(http, "/inbound-letters", letter(today) | {"by": "c2"}, 409)
    assert twice["code"] == "letter-registered"
    [waiting] = (await http.get("/inbound-letters", params={"holder_id": "c1"})).json()["items"]
    assert (waiting["letter_id"], waiting["task"], waiting["status"]) == (identity, "accept", "registered")

    assert await counts(http, "c1") == {"todo": 1}

    door = f"/inbound-letters/{identity}"
    taking = {"by": "c1", "member_id": "m9", "branch_id": "b1"}
    assert (await post(http, f"{door}/acceptance", taking, 409))["code"] == "member-not-entered"
    await served.hear(admitted("m9"))
    await post(http, f"{door}/acceptance", taking)
    row = (await http.get(door)).json()
    assert (row["status"], row["holder_id"], row["task"]) == ("accepted", "c1", "return_receipt")
    assert (row["member_id"], row["branch_id"]) == ("m9", "b1")
    receipt = {"by": "c1", "reference": "JY-0091", "carrying": "confidential_post", "sent_on": str(today)}
    await post(http, f"{door}/receipt", receipt)
    row = (await http.get(door)).json()
    assert (row["status"], row["holder_id"], row["due_at"]) == ("completed", None, None)
    assert await counts(http, "c1") == {}
    assert (await http.get("/transfers", params={"member_id": "m9"})).json()["items"] == [], "one case, counted once"
    assert (await http.get(door, headers=department("c2"))).status_code == 404


async def test_a_letter_that_nobody_answers_goes_to_the_superior_and_may_still_be_sent_back(
    http: httpx.AsyncClient, served: World
) -> None:
    today = local_date(served.clock.now())
    identity = (await post(http, "/inbound-letters", letter(today, "深福组转〔2026〕13号"), 201))["letter_id"]
    await fire(served, days=20)
    row = (await http.get(f"/inbound-letters/{identity}")).json()
    assert (row["holder_id"], row["escalated_to"], row["status"]) == ("c1", "k1", "registered")
    for organisation in ("c1", "k1"):
        answer = (await http.get("/cases/inbox", params={"organisation": organisation})).json()
        [late] = answer["sections"]["overdue"]["items"]
        assert (late["kind"], late["case_id"], late["task"], late["band"]) == (
            "inbound_letter", identity, "accept", "escalated",
        )  # fmt: skip
    rejection = {"by": "c1", "reason_code": "wrong_destination", "text": "单位不在本辖区"}
    await post(http, f"/inbound-letters/{identity}/rejection", rejection)
    row = (await http.get(f"/inbound-letters/{identity}")).json()
    assert (row["status"], row["holder_id"], row["rejection_code"]) == ("rejected", None, "wrong_destination")
    branch = await post(http, "/inbound-letters", letter(today, "深福组转〔2026〕14号") | {"by": "b1"}, 409)
    assert branch["code"] == "not-an-endpoint"
