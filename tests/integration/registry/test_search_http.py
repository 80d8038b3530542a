"""Names of offices and firms, found by any part of them, by whoever may list them."""

from typing import Any

from sqlalchemy import text

from shared.kernel.identifiers import uscc
from shared.security.actor import Role
from tests.integration.registry.town import Town
from tests.support.identity import actor, badge, department


async def found(town: Town, part: str, who: dict[str, str] | None = None, **more: str) -> list[str]:
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return [row["name"] for row in await town.items(f"/search?q={part}{query}", who)]


def station(key: str, name: str, at: str = "c1") -> dict[str, Any]:
    return {"station_id": key, "name": name, "kind": "guidance", "area_code": "350102", "organisation_id": at}


async def test_a_part_of_a_name_finds_the_best_first_and_page_by_page(settled: Town) -> None:
    for key, name in (
        ("x1", "永安街道党建工作指导站"),
        ("x2", "永安"),
        ("x3", "南坪永安里服务点"),
        ("x4", "安永会计楼站"),
    ):
        await settled.post("/stations", station(key, name))
    assert await found(settled, "永安") == ["永安", "永安街道党建工作指导站", "南坪永安里服务点"]
    assert await found(settled, "党建工作", kind="station") == ["永安街道党建工作指导站"]
    assert await found(settled, "站永") == []
    await settled.send("PATCH", "/stations/x2", {"name": "桃源"})
    assert await found(settled, "永安") == ["永安街道党建工作指导站", "南坪永安里服务点"]
    assert [row["station_id"] for row in await settled.items("/stations?q=永安&order=area_code")] == ["x1", "x3"]
    nothing = await settled.send("GET", "/search?q=%25_", status=422)
    assert (nothing["code"], nothing["where"]) == ("nothing-to-look-for", "q")


async def test_nobody_finds_what_they_may_not_list(settled: Town) -> None:
    far = uscc.make("91", "350103", "000000025")
    await settled.post("/units", {"uscc": far, "name": "甲天下公司", "kind": "enterprise", "area_code": "350103"})
    assert await found(settled, "甲", kind="unit") == ["甲公司", "甲天下公司"]
    assert await found(settled, "甲", department("c2")) == ["甲天下公司"]
    assert await found(settled, "甲", badge(actor(Role.BRANCH_SECRETARY, "b1"))) == []
    # Committees can be named by everybody, branches by whoever is above or below.
    assert await found(settled, "党组织", badge(actor(Role.BRANCH_SECRETARY, "b3"))) == [
        f"{key}党组织" for key in ("b3", "c1", "c2", "city")
    ]
    assert await found(settled, "周明远") == []


async def test_a_search_uses_its_index(settled: Town) -> None:
    """By the plan and not by the clock: with sequential scans made dear, the grams' index is what is left."""
    async with settled.running.reading() as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        query = text("""EXPLAIN SELECT id FROM names WHERE grams @> '["永安"]'""")
        plan = "\n".join((await connection.execute(query)).scalars())
    assert "Bitmap Index Scan" in plan
    assert "by_grams" in plan
