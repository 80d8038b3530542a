"""Units, who covers them, and what that makes of an area, through HTTP on PostgreSQL."""

from datetime import date, timedelta
from typing import Any

from shared.kernel.calendar import local_date
from shared.kernel.identifiers import uscc
from tests.integration.registry.conftest import Door


def code(number: int) -> str:
    return uscc.make("91", "430702", f"{number:09d}")


def today(door: Door) -> date:
    return local_date(door.world.clock.now())


async def county(door: Door) -> None:
    """Two streets with a station each; the first has a joint branch."""
    for street in ("s1", "s2"):
        await door.found(street, "committee", "city", "430702")
        station = {"station_id": f"st-{street}", "name": street, "kind": "guidance", "area_code": "430702",
                   "organisation_id": street}  # fmt: skip
        await door("POST", "/stations", station)
    await door.found("joint", "joint_branch", "s1", "430702")


def figures(coverage: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(coverage[name] for name in names)


async def test_coverage_of_any_day_comes_with_what_it_is_a_rate_of(door: Door) -> None:
    await county(door)
    facts: dict[str, Any] = {"on": "2026-01-01", "responsible_id": "s1"}
    await door.register(
        {"uscc": code(1), **facts}, {"uscc": code(2), **facts, "trade_union": True},
        {"uscc": code(3), **facts, "operation": "shell"},
        {"uscc": code(4), "on": "2026-05-01", "responsible_id": "s2", "staff": 40},
    )  # fmt: skip
    await door("PUT", f"/units/{code(1)}/covers/joint", {"mode": "joint", "on": "2026-03-01"})

    async def on(day: str) -> dict[str, Any]:
        answer: dict[str, Any] = await door("GET", f"/coverage?area_code=430700&as_of={day}")
        return answer

    names = ("registered", "operating", "covered", "without_organisation", "work_covered")
    assert figures((await on("2025-12-31"))["total"], *names) == (0, 0, 0, 0, 0)
    assert (await on("2025-12-31"))["total"]["organisation_rate"] is None
    assert figures((await on("2026-02-28"))["total"], *names) == (3, 2, 0, 2, 1)
    march = (await on("2026-03-01"))["total"]
    assert figures(march, *names) == (3, 2, 1, 1, 1)
    assert figures(march, "organisation_rate", "single_rate", "work_rate") == (0.5, 0.0, 1.0)
    may = await on("2026-05-01")
    assert figures(may["total"], *names, "key_units") == (4, 3, 1, 2, 1, 1)
    assert [(one["station_id"], one["operating"]) for one in may["by_station"]] == [("st-s1", 2), ("st-s2", 1)]
    assert sum(one["operating"] for one in may["by_station"]) == may["total"]["operating"]

    await door("POST", f"/units/{code(1)}/covers/joint/end", {"on": "2026-06-01", "reason": "单独组建"})
    await door("POST", f"/units/{code(4)}/closure", {"closed_on": "2026-06-01", "reason": "注销"})
    assert figures((await on("2026-05-31"))["total"], *names) == (4, 3, 1, 2, 1)
    assert figures((await on("2026-06-01"))["total"], *names) == (3, 2, 0, 2, 1)


async def test_twenty_six_building_organisations_cover_2257_units_and_nobody_else_is_left(door: Door) -> None:
    """District 002: coverage of 100 % by organisations of buildings counts under rules that say so (domain Z06)."""
    await county(door)
    for number in range(26):
        await door.found(f"building-{number}", "regional", "s1", "430702")
    await door.register(*({"uscc": code(number), "responsible_id": "s1"} for number in range(2257)))
    day = today(door)

    async def cover(unit: Any) -> None:
        from services.registry.application.covering import cover as cover_
        from services.registry.domain.unit.commands import CoverUnit

        for number in range(2257):
            command = CoverUnit(uscc=code(number), organisation_id=f"building-{number % 26}", mode="area", on=day)
            await cover_(unit, command)

    await door.world.run(cover)

    by_text = await door("GET", "/coverage?area_code=430702")
    assert figures(by_text["total"], "operating", "area", "covered", "organisation_rate") == (2257, 2257, 0, 0.0)
    rules = {"by": "city", "effective_from": str(day), "source_document": "中原组发〔2020〕3号",
             "rules": {"covering_modes": ["single", "joint", "area"], "key_staff": 8}}  # fmt: skip
    await door("POST", "/formation/rules/430702", rules)
    by_rules = await door("GET", "/coverage?area_code=430702")
    assert figures(by_rules["total"], "operating", "covered", "organisation_rate") == (2257, 2257, 1.0)
    assert figures(by_rules["rules"], "area_code", "rules_version", "source_document") == (
        "430702", 1, "中原组发〔2020〕3号",
    )  # fmt: skip
    assert (await door("GET", "/coverage?area_code=430702&as_of=2020-01-01"))["rules"]["rules_version"] == 0


async def test_919_ledgers_are_793_enterprises_and_126_social_organisations(door: Door) -> None:
    """District 002, domain Z04: 规模以上 is eight staff there, or there are members."""
    enterprises = [{"uscc": code(number), "staff": 8} for number in range(700)]
    enterprises += [{"uscc": code(number), "staff": 3, "formal_members": 1} for number in range(700, 793)]
    enterprises += [{"uscc": code(number), "staff": 7} for number in range(793, 1000)]
    social = [
        {"uscc": uscc.make("51", "430702", f"{number:09d}"), "kind": "social_organisation", "staff": 30}
        for number in range(126)
    ]
    await door.register(*enterprises, *social)
    rules = {"by": "city", "effective_from": "2020-01-01", "source_document": "x", "rules": {"key_staff": 8}}
    await door("POST", "/formation/rules/430700", rules)

    found = await door("GET", "/coverage?area_code=430702")

    assert found["total"]["ledgers"] == 919
    assert {one["kind"]: one["ledgers"] for one in found["by_kind"]} == {
        "enterprise": 793, "social_organisation": 126,
    }  # fmt: skip


async def test_the_ledger_of_a_unit_has_everything_that_was_ever_said(door: Door) -> None:
    await county(door)
    await door.register({"uscc": code(1), "on": "2026-01-01", "staff": 5})
    surveyed = {"by": "s1", "on": "2026-02-01", "operation": "operating", "trade": "C13", "ownership": "private",
                "owner_identity": "ordinary", "formal_members": 1, "probationary_members": 0, "member_source": "mobile",
                "no_organisation_reason": "too_few_members"}  # fmt: skip
    await door("POST", f"/units/{code(1)}/surveys", surveyed)
    plan = {"by": "s1", "mode": "joint", "start_on": "2026-02-01", "due_on": str(today(door) + timedelta(days=30)),
            "contact_person_id": "m1"}  # fmt: skip
    await door("PUT", f"/units/{code(1)}/plan", plan)
    await door("PUT", f"/units/{code(1)}/covers/joint", {"mode": "joint", "on": str(today(door))})

    ledger = await door("GET", f"/units/{code(1)}/ledger")

    assert ledger["missing"] == []
    assert (ledger["survey"]["clear"], ledger["survey"]["of"]) == (5, 5)
    assert [one["kind"] for one in ledger["entries"]] == [
        "unit-registered", "unit-changed", "unit-surveyed", "formation-plan-adopted", "unit-covered",
        "formation-plan-fulfilled",
    ]  # fmt: skip
    assert ledger["plan"]["status"] == "fulfilled"
    assert [one["organisation_id"] for one in ledger["covers"]] == ["joint"]
    older = await door("PATCH", f"/units/{code(1)}", {"staff": 9, "on": "2026-01-15"}, expect=409)
    assert older["code"] == "unit-backdated"


async def test_gaps_are_listed_by_unit_trade_and_area_and_a_threshold_is_tried_without_effect(door: Door) -> None:
    await county(door)
    base: dict[str, Any] = {"on": "2026-01-01", "responsible_id": "s1"}
    await door.register(
        {"uscc": code(1), **base, "formal_members": 3, "trade": "C13"},
        {"uscc": code(2), **base, "formal_members": 1, "trade": "F51"},
        {"uscc": code(3), **base, "staff": 9, "trade": "F51"},
        {"uscc": code(4), **base, "formal_members": 4, "area_code": "430703"},
    )
    await door("PUT", f"/units/{code(4)}/covers/joint", {"mode": "joint", "on": "2026-01-01"})
    ask = "/formation/gaps?area_code=430700"

    first = await door("GET", f"{ask}&limit=1")
    second = await door("GET", f"{ask}&limit=1&after={first['next']}")
    assert (first["gaps"], first["units"]) == (2, 4)
    assert [one["uscc"] for one in (*first["items"], *second["items"])] == [code(1), code(2)]
    assert first["items"][0]["proposal"]["mode"] == "single"
    assert second["next"] is None
    assert (await door("GET", f"{ask}&by=trade"))["items"] == [{"trade": "C", "gaps": 1}, {"trade": "F", "gaps": 1}]
    assert (await door("GET", f"{ask}&by=area_code"))["items"] == [{"area_code": "430702", "gaps": 2}]

    tried = await door("POST", "/formation/simulations", {"area_code": "430700", "rules": {"key_staff": 8}})
    assert (tried["now"]["gaps"], tried["then"]["gaps"], tried["changed"]) == (2, 3, 1)
    assert [one["uscc"] for one in tried["shown"]] == [code(3)]
    assert (await door("GET", ask))["gaps"] == 2


async def test_a_joint_branch_covers_five_units_and_a_sixth_is_refused_with_what_to_do(door: Door) -> None:
    await county(door)
    await door.register(*({"uscc": code(number)} for number in range(6)))
    for number in range(5):
        await door("PUT", f"/units/{code(number)}/covers/joint", {"mode": "joint", "on": "2026-01-01"})

    full = await door("PUT", f"/units/{code(5)}/covers/joint", {"mode": "joint", "on": "2026-01-01"}, expect=409)
    assert (full["code"], full["where"]) == ("joint-branch-full", "organisation_id")
    assert full["remedy"]

    await door("POST", "/organisations/joint/dissolution", {"reason": "调整"})
    covers = await door.world.store.find_rows("unit_covers", {"organisation_id": "joint", "until": None})
    assert covers == []


async def test_a_plan_that_nobody_carries_out_is_overdue(door: Door) -> None:
    await county(door)
    await door.register({"uscc": code(1)})
    due = today(door) + timedelta(days=10)
    plan = {"by": "s1", "mode": "single", "start_on": str(today(door)), "due_on": str(due), "contact_person_id": "m1"}
    await door("PUT", f"/units/{code(1)}/plan", plan)

    door.world.clock.shift(timedelta(days=12))
    await door.world.fire_timers()

    [overdue] = (await door("GET", "/formation/plans?status=overdue"))["items"]
    assert (overdue["uscc"], overdue["due_on"]) == (code(1), str(due))


async def test_which_mass_organisations_make_a_unit_worked_with_is_said_by_the_rules(door: Door) -> None:
    """工会、共青团、妇联 配套 (domain Y20): three flags of a unit."""
    await county(door)
    flags = ("trade_union", "youth_league", "womens_federation")
    await door.register(
        *({"uscc": code(number), "responsible_id": "s1", flag: True} for number, flag in enumerate(flags))
    )

    async def worked_with() -> int:
        return int((await door("GET", "/coverage?area_code=430702"))["total"]["work_covered"])

    assert await worked_with() == 2, "unless an area says otherwise, a women's federation does not count"
    rules = {"by": "city", "effective_from": str(today(door)), "source_document": "冷组发〔2026〕1号",
             "rules": {"work_means": list(flags)}}  # fmt: skip
    await door("POST", "/formation/rules/430702", rules)
    assert await worked_with() == 3
