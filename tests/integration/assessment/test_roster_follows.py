"""The roster follows the registry: whoever moved is assessed where they are now, and each relocation is proved once."""

from datetime import date, timedelta
from typing import Any, cast

from shared.contracts.registry import PartyOrganisationReparented
from shared.eventstore.memory import MemoryStore
from shared.kernel.json import from_json
from tests.integration.assessment.world import NOW, World


async def test_a_member_is_assessed_by_those_responsible_for_the_branch(world: World) -> None:
    await world.admit("m1", "b1")
    assert (await world.roster("m1"))["instructor_ids"] == ["i-b1", "i-city", "i-far-station"]
    await world.admit("m2", "b2")
    # The station nearest above serves it, not the one of the city; and the instructor of its unit counts.
    assert (await world.roster("m2"))["instructor_ids"] == ["i-city", "i-station", "i-unit"]


async def test_the_roster_follows_a_move_and_says_so_once(world: World) -> None:
    await world.admit("m1", "b1")
    for _ in range(2):
        await world.move("m1", "b1", "b2")
    roster = await world.roster("m1")
    assert (roster["branch_id"], roster["relocations"]) == ("b2", ["t1"])
    assert roster["instructor_ids"] == ["i-city", "i-station", "i-unit"]
    [said] = cast("MemoryStore", world.store).data.outbox
    headers, event = from_json(said.headers), from_json(said.data)
    assert headers["ce-type"] == "yanzhen.assessment.roster-updated.v1"
    assert headers["ce-correlationid"] == event["relocation_id"] == "t1"
    assert event["instructor_ids"] == roster["instructor_ids"]


async def test_an_older_move_heard_late_does_not_bring_the_member_back(world: World) -> None:
    await world.move("m1", "b2", "b3", "t2", NOW)
    await world.move("m1", "b1", "b2", "t1", NOW - timedelta(days=9))
    await world.admit("m1", "b1")
    roster = await world.roster("m1")
    assert (roster["branch_id"], roster["relocations"]) == ("b3", ["t1", "t2"])


async def test_what_is_remembered_of_the_tree_is_forgotten_when_the_registry_changes(world: World) -> None:
    await world.admit("m1", "b2")
    await world.assign("i-new", "organisation", "b2")
    await world.admit("m2", "b2")
    assert "i-new" in (await world.roster("m2"))["instructor_ids"]
    await world.leave("i-new", "organisation", "b2", date(2026, 11, 19))
    await world.admit("m3", "b2")
    assert "i-new" not in (await world.roster("m3"))["instructor_ids"]
    await world.hear(PartyOrganisationReparented(organisation_id="b2", from_parent_id="c2", to_parent_id="c1"))
    await world.admit("m4", "b2")
    assert (await world.roster("m4"))["instructor_ids"] == ["i-city", "i-far-station", "i-unit"]


async def test_the_last_day_in_a_post_counts(world: World) -> None:
    await world.leave("i-b1", "organisation", "b1", date(2026, 11, 20))
    await world.admit("m1", "b1")
    assert "i-b1" in (await world.roster("m1"))["instructor_ids"]


async def test_a_branch_nobody_has_heard_of_has_nobody(world: World) -> None:
    await world.admit("m1", "nowhere")
    assert (await world.roster("m1", of="nowhere"))["instructor_ids"] == []


async def test_many_moves_to_one_branch_ask_once_for_the_tree(world: World) -> None:
    asked: list[str] = []
    find_rows = world.store.find_rows

    async def counting(table: str, *equal: Any) -> Any:
        asked.append(table)
        return await find_rows(table, *equal)

    world.store.find_rows = counting  # type: ignore[method-assign]
    for number in range(50):
        await world.move(f"m{number}", "b1", "b2", f"t{number}")
    assert len(asked) < 10


async def test_on_a_database_all_of_it_is_the_same(stored: World) -> None:
    await stored.admit("m1", "b1")
    await stored.move("m1", "b1", "b2")
    assert (await stored.roster("m1"))["instructor_ids"] == ["i-city", "i-station", "i-unit"]
    await stored.opened()
    scores = {"scores": {"visits": 55.5, "reports": "19.25"}}
    assert (await stored.http.post("/quarters/2026Q4/assessments/i-b1", json=scores)).json()["total"] == "94.00"
    answer = (await stored.http.post("/quarters/2026Q4/publication")).json()
    assert answer["results"] == {"i-b1": "94.00"}
    assert len(answer["unscored"]) == 5
