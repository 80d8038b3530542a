"""两新组织党工委 and 指导工作委员会 over HTTP and PostgreSQL: who leads them, which units are theirs, and who founds what."""

from typing import Any

from tests.integration.registry.conftest import Door
from tests.integration.registry.test_coverage_http import code as code_of


async def test_the_working_committees_of_city_and_county_have_their_units_and_are_led_by_the_department(
    door: Door,
) -> None:
    """一次规范提升: 市/县两新组织党工委, 组织部门牵头 (domain L10)."""
    for key, kind, parent in (("county", "working_committee", "city"), ("other", "working_committee", "city"),
                              ("bureau", "committee", "county"), ("street", "branch", "bureau")):  # fmt: skip
        await door.found(key, kind, parent, "430702")
    await door("POST", "/members", admitted("head"))
    leading = {"kind": "secretary", "person_id": "head", "scope": "organisation", "scope_id": "county",
               "since": "2026-01-01", "source": "appointed", "capacity": "organisation_department"}  # fmt: skip
    await door("POST", "/posts", leading | {"post_id": "lead"})
    seat = leading | {"kind": "part_time_member", "capacity": "other", "represents_id": "bureau", "post_id": "seat"}
    await door("POST", "/posts", seat)
    [leader] = (await door("GET", "/posts?scope=organisation&scope_id=county&kind=secretary"))["items"]
    assert leader["capacity"] == "organisation_department"

    units = [(1, "street"), (2, "bureau"), (3, "other")]
    await door.register(*({"uscc": code_of(number), "responsible_id": falls_to} for number, falls_to in units))
    await door.register({"uscc": code_of(4)})
    below = (await door("GET", "/units?under=county"))["items"]
    assert {one["uscc"] for one in below} == {code_of(1), code_of(2)}
    assert [one["uscc"] for one in (await door("GET", "/units?under=other"))["items"]] == [code_of(3)]
    await door("PUT", f"/units/{code_of(1)}/covers/street", {"mode": "single", "on": "2026-01-01"})
    for under, operating, covered in (("county", 2, 1), ("other", 1, 0), ("city", 3, 1)):
        total = (await door("GET", f"/coverage?area_code=430702&under={under}"))["total"]
        assert (total["operating"], total["covered"]) == (operating, covered), under
    assert (await door("GET", "/coverage?area_code=430702"))["total"]["operating"] == 4


async def test_who_manages_a_unit_founds_in_it_and_a_guidance_committee_has_its_stations(door: Door) -> None:
    """谁管理谁组建; 非公经济指导工作委员会; 非公党建工作指导站 (domain Z07)."""
    await door.found("guiding", "guidance_committee", "city", "430702")
    for key, kind, parent in (("trade", "committee", "guiding"), ("elsewhere", "committee", "city")):
        await door.found(key, kind, parent, "430702")
    await door.register({"uscc": code_of(1), "responsible_id": "trade", "jurisdiction_basis": "competent_authority"})
    asked = {"by": "trade", "name": "新支部", "kind": "branch", "area_code": "430702", "formal_members": 3,
             "unit_uscc": code_of(1)}  # fmt: skip
    another = await door("POST", "/foundings", asked | {"to": "elsewhere"}, expect=409)
    assert (another["code"], another["where"]) == ("founded-by-another", "to")
    assert "trade" in another["detail"]
    for number, to in enumerate(("trade", "guiding")):
        await door("POST", "/foundings", asked | {"to": to, "founding_id": f"f{number}"})
    await door("POST", "/foundings/f0/decision", {"by": "trade", "decision": "approved"})
    assert (await door("GET", "/organisations/f0-o"))["parent_id"] == "trade"

    direct = {key: value for key, value in asked.items() if key != "by"} | {"organisation_id": "direct"}
    aside = await door("POST", "/organisations", direct | {"parent_id": "elsewhere"}, expect=409)
    assert (aside["code"], aside["where"]) == ("founded-by-another", "parent_id")
    [listed] = (await door("POST", "/organisations/batch", {"organisations": [direct | {"parent_id": "elsewhere"}]}))[
        "results"
    ]
    assert listed["code"] == "founded-by-another", "not among many either"
    await door("POST", "/organisations", direct | {"parent_id": "guiding"})
    old = {**direct, "organisation_id": "old", "formal_members": None, "parent_id": "elsewhere"}
    await door("POST", "/organisations", old)
    assert (await door("GET", "/organisations/old"))["parent_id"] == "elsewhere", "what stands is entered as it stands"

    for number in range(3):
        station = {"station_id": f"s{number}", "name": "非公党建工作指导站", "kind": "guidance", "area_code": "430702",
                   "organisation_id": "guiding"}  # fmt: skip
        await door("POST", "/stations", station)
    assert (await door("GET", "/stations/counts"))["total"]["stations"] == 3
    approving = {"organisation_id": "x", "name": "x", "kind": "guidance_committee", "parent_id": "city",
                 "area_code": "430702", "can_approve_probationary": True}  # fmt: skip
    refused = await door("POST", "/organisations", approving, expect=409)
    assert refused["code"] == "capability-needs-committee"


def admitted(member_id: str) -> dict[str, Any]:
    return {"member_id": member_id, "organisation_id": "street", "admitted_on": "2020-07-01", "name": "周明远",
            "resident_id": "11010519491231002X"}  # fmt: skip
