"""Ids that nobody knows, in the body of a request: the problem names the field that has them."""

import httpx

from tests.integration.mobility.test_away_http import away, leaving, send
from tests.integration.mobility.world import World

__all__ = ["away"]


async def test_a_member_nobody_knows_is_told_by_the_field_that_names_them(http: httpx.AsyncClient, away: World) -> None:
    nobody = {"member_id": "nobody", "by": "b1"}
    asking = {"member_id": "nobody", "to_committee_id": "c2", "reason": "work", "dues_paid_to": "2026-09"}
    lost = {**nobody, "lost_since": "2026-06-01", "person_id": "secretary"}
    kept = {"member_id": "nobody", "by": "c1", "kind": "abroad", "since": "2026-01-01"}
    for path, body in (
        ("/departures", leaving(away) | nobody),
        ("/cards", nobody),
        ("/lost-contact", lost),
        ("/retained-relations", kept),
        ("/transfers", asking),
    ):
        problem = await send(http, "POST", path, body, 404)
        assert (problem["code"], problem["where"]) == ("member-unknown", "member_id"), path
        assert "in `member_id` of the body" in problem["remedy"]
    listed = await send(
        http, "PUT", "/talents/nobody", {"by": "b1", "kinds": ["local_talent"], "consent_document": "x"}, 404
    )
    assert "path" in listed["remedy"]
    assert "where" not in listed or not listed["where"]
