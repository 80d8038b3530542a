"""What the table of routes cannot say: stations, one's own matters, the line of authority, and who may grant what."""

import uuid
from collections.abc import AsyncIterator

import pytest

from shared.security.actor import Actor, Assignment, Line, Role
from tests.integration.access.county import FAR_UNIT, OPERATOR, SYSTEM, UNIT, County, county
from tests.support.servers import Servers


@pytest.fixture
async def made(servers: Servers) -> AsyncIterator[County]:
    async with county(servers, f"a{uuid.uuid4().hex[:8]}") as made:
        yield made


def who(role: Role, organisation: str | None = None, *, id_: str = "somebody", **more: object) -> Actor:
    return Actor(id_, (Assignment(role, organisation, **more),))  # type: ignore[arg-type]


async def test_scopes(made: County) -> None:
    """One county for all of it: it takes longer to make than to ask."""
    await _a_station_head_sees_what_the_station_serves(made)
    await _everybody_sees_what_is_their_own(made)
    await _the_line_of_authority_looks_and_decides_nothing(made)
    await _being_an_endpoint_is_granted_from_above(made)
    await _a_list_never_counts_what_it_does_not_show(made)
    await _a_tree_that_changes_changes_scopes(made)


async def _status(made: County, actor: Actor, service: str, path: str) -> int:
    return (await made.ask(service, "GET", path, who=actor)).status_code


async def _a_station_head_sees_what_the_station_serves(made: County) -> None:
    for service, path in (("registry", "/members/m2"), ("mobility", "/transfers/t1"), ("assessment", "/roster/m2"),
                          ("notify", f"/messages/{made.message}")):  # fmt: skip
        assert await _status(made, who(Role.STATION_HEAD, station_id="s1"), service, path) == 200, path
        assert await _status(made, who(Role.STATION_HEAD, station_id="s3"), service, path) == 404, path
        assert await _status(made, who(Role.STATION_HEAD, station_id="nowhere"), service, path) == 404, path


async def _everybody_sees_what_is_their_own(made: County) -> None:
    seen = Actor("i1", (Assignment(Role.INSTRUCTOR, "b3"),))
    other = Actor("i3", seen.assignments)
    quarter = "/quarters/2026Q4"
    own = (await made.ask("assessment", "GET", quarter, who=seen)).json()["assessments"]
    assert [one["instructor_id"] for one in own] == ["i1"]
    for service, path in (
        ("registry", "/posts/post-i1"),
        ("mobility", "/relocations/t1"),
        ("mobility", "/transfers/t1"),
    ):
        assert await _status(made, seen, service, path) == 200, path
        assert await _status(made, other, service, path) == 404, path
    messages = (await made.ask("notify", "GET", "/messages?relocation_id=t1", who=seen)).json()["items"]
    assert {one["recipient_ref"] for one in messages} == {"i1"}

    system, another = who(Role.OUTSIDE_SYSTEM, id_=SYSTEM), who(Role.OUTSIDE_SYSTEM, id_="somebody-else")
    parties = (await made.do("mobility", "GET", "/relocations/t1"))["parties"]
    mine = next(one["party_id"] for one in parties if one["kind"] == "outside_system")
    body = {"by": SYSTEM, "party_id": mine}
    path = "/relocations/t1/acknowledgements"
    assert (await made.ask("mobility", "POST", path, body, who=another)).status_code == 404
    assert (await made.ask("mobility", "POST", path, body | {"party_id": made.party}, who=system)).status_code == 403
    assert (await made.ask("mobility", "POST", path, body | {"by": "c1"}, who=system)).status_code == 403
    assert (await made.ask("mobility", "POST", path, body, who=system)).status_code == 201


async def _the_line_of_authority_looks_and_decides_nothing(made: County) -> None:
    """c3, which is below k2, guides c1: k2 sees what is below c1 by that line, and nothing of its own by it."""
    territory = who(Role.COUNTY_DEPARTMENT, "k1")
    authority = who(Role.COUNTY_DEPARTMENT, "k2", line=Line.AUTHORITY)
    looks = (("registry", "/members/m2"), ("mobility", "/transfers/t1"), ("assessment", "/roster/m2"))
    lists = (("mobility", "/transfers", "t1"), ("notify", "/messages?relocation_id=t1", made.message))
    for service, path in (*looks, ("registry", "/members/i3")):
        assert await _status(made, authority, service, path) == 404, path
    for service, path, _ in lists:
        assert (await made.ask(service, "GET", path, who=authority)).json()["items"] == [], path

    await _guide(made, "c1", "c3")
    for service, path in (*looks, ("registry", f"/units/{UNIT}"), ("registry", "/organisations/b1")):
        assert await _status(made, authority, service, path) == 200, path
    for service, path in (("registry", "/members/m3"), ("registry", "/members/i3"), ("registry", f"/units/{FAR_UNIT}")):
        assert await _status(made, authority, service, path) == 404, path  # a neighbour, its own tree, its own place
    for service, path, shown in lists:
        found = (await made.ask(service, "GET", path, who=authority)).text
        assert f'"{shown}"' in found, path
    for service, method, path, body in (
        ("mobility", "POST", "/transfers/t1/receipt", {"by": "c2"}),
        ("assessment", "POST", "/quarters/2026Q4/assessments/i1", {"scores": {"visits": 80}}),
        ("registry", "PATCH", "/organisations/b4", {"name": "x"}),
    ):
        assert (await made.ask(service, method, path, body, who=authority)).status_code == 403, path
        assert (await made.ask(service, method, path, body, who=territory)).status_code == 200, path

    await _guide(made, "c1", None)
    for service, path in looks:
        assert await _status(made, authority, service, path) == 404, path


async def _guide(made: County, organisation: str, guided_by: str | None) -> None:
    """Settle it, and let every service hear of it."""
    path = f"/organisations/{organisation}/guidance"
    body = {"guided_by": guided_by, "since": "2026-03-01"}
    await made.do("registry", "PUT", path, body, who=who(Role.COUNTY_DEPARTMENT, "k1"))
    assert (await made.do("registry", "GET", path))["guided_by"] == guided_by
    for name in ("mobility", "assessment", "notify"):
        await made.services[name].hear(made.services["registry"])
    for service in made.services.values():
        service.app.state.guard.directory.forget()


async def _being_an_endpoint_is_granted_from_above(made: County) -> None:
    body = {"can_approve_probationary": True}
    grown = {"organisation_id": "c5", "name": "c5", "kind": "committee", "parent_id": "k1", "area_code": "350104"}
    own, above = who(Role.WORKING_COMMITTEE, "k1"), who(Role.COUNTY_DEPARTMENT, "k1")
    assert (await made.ask("registry", "POST", "/organisations", grown | body, who=own)).status_code == 403
    assert (await made.ask("registry", "POST", "/organisations", grown, who=own)).status_code == 201
    assert (await made.ask("registry", "PATCH", "/organisations/c5", body, who=own)).status_code == 403
    assert (await made.ask("registry", "PATCH", "/organisations/c5", body, who=above)).status_code == 200
    root = {"name": "r", "kind": "working_committee", "area_code": "360000"}
    assert (await made.ask("registry", "POST", "/organisations", root, who=above)).status_code == 403
    assert (await made.ask("registry", "POST", "/organisations", root, who=OPERATOR)).status_code == 201


async def _a_list_never_counts_what_it_does_not_show(made: County) -> None:
    """Filtered in the query: a page is full, and its cursor names nothing that is not the actor's."""
    outside = who(Role.COUNTY_DEPARTMENT, "k2")
    for service, path in (("mobility", "/transfers?limit=1"), ("mobility", "/cases?limit=1"),
                          ("notify", "/messages?relocation_id=t1&limit=1")):  # fmt: skip
        assert (await made.ask(service, "GET", path, who=outside)).json() == {"items": [], "next": None}, path
    secretary = who(Role.BRANCH_SECRETARY, "b3")
    seen: list[str] = []
    path = "/organisations?limit=2"
    for _ in range(20):
        page = (await made.ask("registry", "GET", path, who=secretary)).json()
        seen += [one["organisation_id"] for one in page["items"]]
        if page["next"] is None:
            break
        assert len(page["items"]) == 2
        path = f"/organisations?limit=2&after={page['next']}"
    branches = {one for one in seen if one.startswith("b")}
    assert branches == {"b3"}
    assert {"city", "k1", "c1", "c3"} <= set(seen)


async def _a_tree_that_changes_changes_scopes(made: County) -> None:
    """b4 moves from k1's county to k2's: the new superior sees it, in every service, and the old one no longer does."""
    old, new = who(Role.WORKING_COMMITTEE, "c4"), who(Role.WORKING_COMMITTEE, "c3")
    await made.do("registry", "PUT", "/organisations/b4/parent", {"parent_id": "c3"})
    for name in ("mobility", "assessment", "notify"):
        await made.services[name].hear(made.services["registry"])
    for service in made.services.values():
        service.app.state.guard.directory.forget()
    assert (await made.ask("registry", "GET", "/organisations/b4", who=old)).status_code == 404
    assert (await made.ask("registry", "GET", "/organisations/b4", who=new)).status_code == 200
    for service in made.services.values():
        directory = service.app.state.guard.directory
        assert (await directory.paths(["b4"]))["b4"] == ("b4", "c3", "k2", "city"), service.definition.name
