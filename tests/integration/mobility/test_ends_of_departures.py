"""What a departure leaves behind: a transfer that was due, and a card that has to come back."""

from datetime import date
from typing import Any

import httpx

from shared.contracts.mobile_members import TransferProposed
from shared.contracts.registry import (
    MemberConfirmed,
    MembershipEnded,
    PartyOrganisationDissolved,
    PartyOrganisationRestored,
)
from shared.kernel.calendar import local_date
from tests.integration.mobility.test_away_http import away, get, lies_with, on_file, pass_time, published, send
from tests.integration.mobility.world import World

__all__ = ["away"]

ASKING: dict[str, Any] = {
    "member_id": "m1", "to_committee_id": "c2", "to_branch_id": "b2", "scope": "county", "reason": "work",
    "dues_paid_to": "2026-09",
}  # fmt: skip


async def duties(http: httpx.AsyncClient) -> set[str]:
    return {duty["duty_id"] for duty in (await get(http, "/care/d-m1"))["duties"]}


async def test_a_transfer_that_is_asked_for_does_the_duty_and_one_that_moves_nobody_brings_it_back(
    http: httpx.AsyncClient, away: World
) -> None:
    await on_file(http, away, expected_until=None)
    await pass_time(away, days=190)
    [proposed] = await published(away, "TransferProposed")
    assert isinstance(proposed, TransferProposed)
    await away.hear(proposed)
    assert "request_transfer.origin" in await duties(http)
    await send(http, "POST", "/transfers", ASKING | {"transfer_id": "t1"}, 201)
    assert "request_transfer.origin" not in await duties(http)
    assert (await get(http, "/departures/d-m1"))["transfer_id"] == "t1"
    await away.hear(proposed)
    assert "request_transfer.origin" not in await duties(http), "one is under way"

    await send(http, "POST", "/transfers/t1/withdrawal", {"by": "b1"})
    [withdrawn] = await published(away, "TransferWithdrawn")
    for _ in range(2):
        await away.hear(withdrawn)
    assert "request_transfer.origin" in await duties(http)
    assert (await get(http, "/departures/d-m1"))["transfer_id"] is None

    await send(http, "POST", "/transfers", ASKING | {"transfer_id": "t2"}, 201)
    await away.hear(withdrawn)
    assert (await get(http, "/departures/d-m1"))["transfer_id"] == "t2", "an old end says nothing about a new one"


async def test_who_is_taken_in_outside_our_tree_is_not_away_any_more(http: httpx.AsyncClient, away: World) -> None:
    await on_file(http, away, expected_until=None)
    outside = {"name": "中共深圳市福田区委组织部", "area_code": "440304"}
    asking = ASKING | {"transfer_id": "t1", "to_committee_id": None, "to_branch_id": None, "scope": "national"}
    await send(http, "POST", "/transfers", asking | {"outside": outside, "carrying": "in_person"}, 201)
    for by in ("c1", "k1", "city"):
        await send(http, "POST", "/transfers/t1/approvals", {"by": by})
    day = str(local_date(away.clock.now()))
    receipt = {"by": "c1", "receipt_reference": "深福组回〔2026〕8号", "accepted_on": day}
    await send(http, "POST", "/transfers/t1/outside-receipt", receipt, 201)
    [out] = await published(away, "MemberTransferredOut")
    for _ in range(2):
        await away.hear(out)
    assert (await get(http, "/departures/d-m1"))["end_reason"] == "transferred"


async def test_who_is_on_no_roll_any_more_is_neither_away_nor_moved(http: httpx.AsyncClient, away: World) -> None:
    await on_file(http, away)
    ended = MembershipEnded(
        member_id="m1", organisation_id="b1", ground="deceased", ended_on=date(2026, 11, 1), decided_by="c1"
    )
    for _ in range(2):
        await away.hear(ended)

    assert (await get(http, "/departures/d-m1"))["end_reason"] == "left_the_roll"
    assert await duties(http) == set()
    answer = await http.post("/transfers", json=ASKING | {"transfer_id": "t1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "member-left")


async def test_who_was_confirmed_and_where_an_organisation_came_back_is_known(
    http: httpx.AsyncClient, away: World
) -> None:
    b2, day = "b2", date(2026, 11, 1)
    await away.hear(MemberConfirmed(member_id="m1", organisation_id="b1", confirmed_on=day, decided_by="c1"))
    await away.hear(PartyOrganisationDissolved(organisation_id=b2, reason="merged"))
    refused = await http.post("/transfers", json=ASKING | {"transfer_id": "t1"})
    await away.hear(PartyOrganisationRestored(organisation_id=b2, parent_id="g2", reason="split again", on=day))

    assert refused.json()["code"] == "organisation-dissolved"
    await send(http, "POST", "/transfers", ASKING | {"transfer_id": "t1"}, 201)
    [member] = await away.store.find_rows("members", {"member_id": "m1"})
    assert (member["status"], member["probation_ends_on"]) == ("formal", None)


async def test_a_card_is_asked_back_when_its_holder_is_home_and_waits_with_the_branch(
    http: httpx.AsyncClient, away: World
) -> None:
    await on_file(http, away)
    await send(http, "POST", "/cards", {"by": "b1", "card_id": "k1", "member_id": "m1"}, 201)
    assert (await get(http, "/cards", to_return=True))["items"] == []
    back = {"by": "b1", "returned_on": str(local_date(away.clock.now())), "outcome": "employed"}
    await send(http, "POST", "/departures/d-m1/return", back)
    [card] = (await get(http, "/cards", to_return=True))["items"]
    assert (card["card_id"], card["branch_id"], card["ended_at"], card["escalated_to"]) == ("k1", "b1", None, None)
    await pass_time(away, days=40)
    [card] = (await get(http, "/cards", to_return=True))["items"]
    assert card["escalated_to"] == "c1", "the committee hears of it, and nothing else happens"
    assert await lies_with(http, "b1", "overdue") == [("card", "take_card_back")]
    await send(http, "POST", "/cards/k1/end", {"by": "b1", "reason": "returned"})
    assert (await get(http, "/cards", to_return=True))["items"] == []
