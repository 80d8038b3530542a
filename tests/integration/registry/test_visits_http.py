"""走访 over HTTP and PostgreSQL: one liaison per enterprise, each visit with what it brought along."""

from typing import Any

from shared.security.actor import Actor, Assignment, Role
from tests.integration.registry.town import UNIT, Town
from tests.support.identity import badge, department


def visit(town: Town, visit_id: str, post_id: str, days: int, *services: str, **more: Any) -> dict[str, Any]:
    return {"visit_id": visit_id, "post_id": post_id, "visited_on": town.day(days), "services": services, **more}


async def test_a_liaison_writes_down_visits_with_the_services_they_brought(settled: Town) -> None:
    """一企一联络员 (domain Y18), 提供人才、政策、党建服务 (Y19)."""
    await settled.assign("l", "liaison", "m1", "unit", UNIT)
    second = await settled.assign("l2", "liaison", "m2", "unit", UNIT, status=409)
    assert second["code"] == "post-already-held"
    await settled.assign("i", "instructor", "m2", "organisation", "b2")
    await settled.post("/visits", visit(settled, "v1", "l", -40, "policy", "talent", note="谈用工"))
    await settled.post("/visits", visit(settled, "v1", "l", -40, "policy", "talent", note="谈用工"))
    await settled.post("/visits", visit(settled, "v2", "l", -10, "party_building"))
    # Whoever serves writes down their own, and nobody else's.
    own = badge(Actor("m2", (Assignment(Role.INSTRUCTOR, "b2"),)))
    await settled.post("/visits", visit(settled, "v3", "i", -5, "party_building"), who=own)
    await settled.post("/visits", visit(settled, "v4", "l", -5, "policy"), 404, who=own)
    for wrong, code in (
        (visit(settled, "w", "l", -301, "policy"), "post-not-held"),
        (visit(settled, "w", "l", 1, "policy"), "day-to-come"),
        (visit(settled, "v1", "l", -39, "policy"), "visit-exists"),
    ):
        response = await settled.http.post("/visits", json=wrong, headers=department("city"))
        assert response.json()["code"] == code
    await settled.post("/visits", visit(settled, "w", "nowhere", -1, "policy"), 404)
    await settled.post("/posts/l/departure", {"until": settled.day(-8)}, 200)
    late = await settled.post("/visits", visit(settled, "w", "l", -7, "policy"), 409)
    assert (late["code"], late["where"]) == ("post-not-held", "visited_on")

    log = await settled.items(f"/visits?scope_id={UNIT}")
    assert [(one["visit_id"], one["person_id"], one["services"]) for one in log] == [
        ("v1", "m1", ["policy", "talent"]), ("v2", "m1", ["party_building"]),
    ]  # fmt: skip
    assert {one["visit_id"] for one in await settled.items("/visits", own)} == {"v3"}
    assert await settled.items("/visits", department("c2")) == []
    said = await settled.get("/visits/counts")
    assert {name: said[name] for name in ("visits", "visited", "talent", "policy", "party_building")} == {
        "visits": 3, "visited": 2, "talent": 1, "policy": 1, "party_building": 2,
    }  # fmt: skip
    assert (await settled.get(f"/visits/counts?begins={settled.day(-10)}"))["visits"] == 2
    assert (await settled.get(f"/visits/counts?as_of={settled.day(-20)}"))["visits"] == 1
    await settled.post("/visits/v1/void", {"reason": "重复录入"}, 200)
    assert (await settled.get("/visits/counts"))["talent"] == 0
    [voided] = [one for one in await settled.items("/visits") if one["voided"]]
    assert (voided["visit_id"], voided["void_reason"]) == ("v1", "重复录入")
    assert "yanzhen.registry.visit-recorded.v1" in await settled.published()
