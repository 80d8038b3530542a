"""Organisations that travellers have far from home (domain Y03, Y21, Y22) care for a member, who stays a member at home."""

import httpx

from shared.contracts import registry
from shared.security.actor import Role
from tests.integration.mobility.test_away_http import away, get, leaving, send
from tests.integration.mobility.world import World
from tests.support.identity import actor, badge

__all__ = ["away"]


async def founded(world: World, organisation_id: str, kind: str, parent_id: str) -> None:
    event = {"organisation_id": organisation_id, "name": organisation_id, "kind": kind, "parent_id": parent_id,
             "area_code": "441900", "can_approve_probationary": False}  # fmt: skip
    await world.hear(registry.PartyOrganisationFounded.model_validate(event))


async def test_a_branch_of_travellers_has_the_member_its_committee_sees_them_and_the_membership_stays(
    http: httpx.AsyncClient, away: World
) -> None:
    await founded(away, "abroad-committee", "committee", "c1")
    await founded(away, "abroad-branch", "mobile_branch", "abroad-committee")
    await send(http, "POST", "/departures", leaving(away), 201)
    await send(http, "POST", "/departures/d-m1/verification", {"by": "c2", "outcome": "found"})
    file = {"by": "c2", "destination_organisation_id": "abroad-branch", "person_id": "host"}
    await send(http, "PUT", "/departures/d-m1/file", file)
    await send(http, "POST", "/cards", {"by": "b1", "card_id": "k1", "member_id": "m1"}, 201)

    card = await get(http, "/cards/k1", at="abroad-branch")
    assert card["rights"] == {"takes_part": True, "votes": True, "elects": True, "can_be_elected": True}
    row = await away.store.get_rows("members", [("m1",)])
    assert row[("m1",)]["organisation_id"] == "b1", "the membership did not move"
    committee = badge(actor(Role.WORKING_COMMITTEE, "abroad-committee"))
    for path in ("/departures", "/care"):
        [found] = (await http.get(path, headers=committee)).json()["items"]
        assert found["member_id"] == "m1"
