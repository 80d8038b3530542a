"""Lists of a business register: checked, taken over, brought again, and what a person is told of each row."""

import csv
import io
from typing import Any

import pytest

from services.registry.application.imports import importing
from services.registry.application.imports.judging import Judge
from services.registry.application.imports.reading import LARGEST
from shared.kernel.errors import Unavailable
from shared.kernel.identifiers import uscc
from tests.integration.registry.conftest import Door

HEAD = "统一社会信用代码,企业名称,行政区划代码,从业人数,登记状态,所属街道,法定代表人\r\n"
ABOUT = {"source": "market_regulation", "list_date": "2026-06-30", "basis": "registered_place",
         "area_code": "430702", "by": "city"}  # fmt: skip


def code(number: int) -> str:
    return uscc.make("91", "430702", f"{number:09d}")


def line(number: int, name: str = "某公司", staff: str = "5", status: str = "存续", street: str = "") -> str:
    return f"{code(number)},{name},430702,{staff},{status},{street},张三\r\n"


async def bring(door: Door, text: str | bytes, *, apply: bool = True, expect: int = 201, **about: Any) -> Any:
    content = text if isinstance(text, bytes) else text.encode("gb18030")
    parameters = ABOUT | about | {"apply": str(apply).lower()}
    kind = {"content-type": parameters.pop("kind", "text/csv")}
    answer = await door.client.post("/lists", params=parameters, content=content, headers=kind)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def findings(door: Door, list_id: str, **query: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    items: list[dict[str, Any]] = (await door("GET", f"/lists/{list_id}/findings?{asked}"))["items"]
    return items


async def test_a_list_is_checked_without_effect_taken_over_and_brought_again_without_effect(door: Door) -> None:
    await door.found("yongan", "committee", "city", "430702", name="永安街道党工委")
    await door.register(
        {"uscc": code(1), "name": "旧名", "on": "2026-01-01"},
        {"uscc": code(2), "on": "2026-01-01", "staff": 5, "operation": "operating"},
        {"uscc": code(3), "on": "2026-01-01"}, {"uscc": code(4), "on": "2026-01-01"},
        {"uscc": code(5), "on": "2026-07-01"},
    )  # fmt: skip
    text = (
        HEAD
        + line(1)
        + line(2)
        + line(3, status="注销")
        + line(5)
        + line(6, street="永安街道")
        + line(7, street="城东")
    )

    checked = await bring(door, text, apply=False)
    assert checked["counts"] == {
        "rows": 6, "new": 2, "changed": 1, "unchanged": 1, "closed": 1, "older": 1, "not_listed": 1,
    }  # fmt: skip
    assert (await door("GET", f"/units/{code(1)}"))["name"] == "旧名"
    await door("GET", f"/units/{code(6)}", expect=404)

    taken = await bring(door, text, campaign="百名干部进百企")
    assert taken["counts"] == checked["counts"]
    unit = await door("GET", f"/units/{code(6)}")
    assert (unit["responsible_id"], unit["jurisdiction_basis"], unit["operation"]) == (
        "yongan", "registered_place", "operating",
    )  # fmt: skip
    assert (await door("GET", f"/units/{code(3)}"))["closed_on"] == "2026-06-30"
    seen = {(one["kind"], one.get("uscc"), one.get("row")) for one in await findings(door, taken["list_id"])}
    assert seen == {
        ("changed", code(1), 2), ("closed", code(3), 4), ("older", code(5), 5), ("unrouted", code(7), 7),
        ("not_listed", code(4), None),
    }  # fmt: skip
    assert (await door("GET", f"/lists/{taken['list_id']}/new-units"))["items"] == [code(6), code(7)]

    again = await bring(door, text, campaign="百名干部进百企")
    assert again["counts"] == {"rows": 6, "unchanged": 5, "older": 1, "not_listed": 1}
    [first, second] = (await door("GET", "/lists?campaign=百名干部进百企"))["items"]
    assert [first["list_id"], second["list_id"]] == [taken["list_id"], again["list_id"]]
    assert first["digest"] == second["digest"]
    assert first["ended_at"]


async def test_wrong_rows_are_named_with_row_and_column_in_a_file_and_the_right_ones_are_taken_over(door: Door) -> None:
    text = (
        HEAD
        + line(1)
        + line(2, staff="约五人")
        + code(3)[:-1] + "?,某公司,430702,5,存续,,张三\r\n"
        + line(4, name="甲") + line(4, name="乙")
        + line(5) + line(5)
    )  # fmt: skip
    taken = await bring(door, text)
    assert taken["counts"] == {"rows": 7, "new": 2, "refused": 4, "repeated": 1}

    answer = await door.client.get(f"/lists/{taken['list_id']}/findings.csv?kind=refused")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "张三" not in answer.text
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(one["row"], one["column"], one["code"]) for one in rows] == [
        ("3", "D 职工人数", "bad-number"),
        ("4", "A 统一社会信用代码", "bad-uscc-character"),
        ("5", "B 名称", "listed-twice"),
        ("6", "B 名称", "listed-twice"),
    ]
    assert all(one["remedy"] for one in rows)
    assert "row 6" in rows[2]["detail"]
    await door("GET", f"/units/{code(4)}", expect=404)
    await door("GET", f"/units/{code(5)}")


@pytest.mark.parametrize(
    ("content", "kind", "problem"),
    [
        (b"", "text/csv", "empty-file"),
        ("某区企业名单,,,\r\n".encode() + HEAD.encode(), "text/csv", "merged-heading"),
        (HEAD.encode() + b"\xff\xff\xff\r\n", "text/csv", "bad-encoding"),
        (HEAD.encode(), "application/vnd.ms-excel", "not-an-excel-file"),
    ],
)
async def test_a_list_that_cannot_be_used_changes_nothing_and_says_why(
    door: Door, content: bytes, kind: str, problem: str
) -> None:
    refused = await bring(door, content, expect=422, kind=kind)
    assert refused["code"] == problem
    assert refused["remedy"]
    assert (await door("GET", "/lists"))["items"] == []


async def test_a_file_may_be_larger_than_any_other_body_and_not_larger_than_that(door: Door) -> None:
    blank = "\r\n" * 700_000
    assert (await bring(door, HEAD + line(1) + blank))["counts"] == {"rows": 1, "new": 1}
    answer = await door.client.post("/units", content=blank.encode())
    assert answer.status_code == 413
    over = b"\n" * (LARGEST + 1)
    assert (await bring(door, over, expect=413))["code"] == "body-too-large"


async def test_what_was_interrupted_is_done_by_bringing_the_list_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "ROWS_PER_PART", 10)
    text = HEAD + "".join(line(number) for number in range(100))
    judged = Judge.judge
    parts = 0

    async def breaks_off(self: Any, *arguments: Any) -> Any:
        nonlocal parts
        parts += 1
        if parts == 5:
            raise Unavailable("database-unavailable", "the power is gone", remedy="try again")
        return await judged(self, *arguments)

    monkeypatch.setattr(Judge, "judge", breaks_off)
    assert (await bring(door, text, expect=503))["code"] == "database-unavailable"
    monkeypatch.setattr(Judge, "judge", judged)
    [broken] = (await door("GET", "/lists"))["items"]
    assert broken["ended_at"] is None

    again = await bring(door, text)

    counts = again["counts"]
    assert counts["new"] + counts["unchanged"] == counts["rows"] == 100
    assert 0 < counts["new"] < 100
    assert (await door("GET", "/coverage?area_code=430702"))["total"]["registered"] == 100


@pytest.mark.parametrize("registered", [7, 8])  # the last reading is not full, is full
async def test_every_unit_that_the_list_lacks_is_named_once(
    door: Door, monkeypatch: pytest.MonkeyPatch, registered: int
) -> None:
    monkeypatch.setattr(importing, "REGISTERED_AT_ONCE", 3)
    monkeypatch.setattr(importing, "MISSING_PER_PART", 2)
    await door.register(*({"uscc": code(number), "on": "2026-01-01"} for number in range(registered)))
    brought = await bring(door, HEAD + line(2) + line(50))
    missing = [code(number) for number in range(registered) if number != 2]
    assert brought["counts"]["not_listed"] == len(missing)
    assert [one["uscc"] for one in await findings(door, brought["list_id"], kind="not_listed")] == sorted(missing)


async def test_civil_affairs_and_business_lists_are_matched_apart(door: Door) -> None:
    society = uscc.make("51", "430702", "000000001")
    await door.register({"uscc": society, "kind": "social_organisation", "on": "2026-01-01"})
    business = await bring(door, HEAD + line(1) + f"{society},某商会,430702,5,存续,,张三\r\n")
    assert business["counts"] == {"rows": 2, "new": 1, "refused": 1}
    civil = await bring(
        door, f"统一社会信用代码,社会组织名称,行政区划代码\r\n{society},某商会,430702\r\n", source="civil_affairs"
    )
    assert civil["counts"] == {"rows": 1, "changed": 1}
