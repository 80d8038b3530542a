"""`yanzhen import` on a running installation: a list as an office saves it, checked, taken over, brought again."""

import csv
from pathlib import Path

import pytest

from services.cli.demo.ids import id_of
from shared.kernel.identifiers import uscc
from tests.system.support import System, Watcher

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("system")]


async def test_a_list_is_checked_taken_over_and_safe_to_bring_again(
    system: System, databases: Watcher, tmp_path: Path
) -> None:
    office = system.world.territories[0].organisations[0]
    codes = [uscc.make("91", office.area_code, f"99000000{number}") for number in (1, 2)]
    wrong = codes[0][:-1] + ("0" if codes[0][-1] != "0" else "1")
    rows = [f"{code},{name},{office.area_code}" for code, name in zip([*codes, wrong], "甲乙丙", strict=True)]
    listed, findings = tmp_path / "名单.csv", tmp_path / "findings.csv"
    listed.write_bytes("\r\n".join(["统一社会信用代码,企业名称,行政区划代码", *rows]).encode("gb18030"))
    about = ("--source", "market_regulation", "--list-date", "2026-06-30", "--area", office.area_code)
    command = ("import", str(listed), *about, "--by", id_of(office.key))

    async def units() -> int:
        query = "SELECT count(*) FROM units WHERE uscc = ANY($1)"
        return int(await databases.value("registry", query, [*codes, wrong]))

    checked = await system.say(*command)
    assert (checked.code, await units()) == (1, 0), checked
    taken = await system.say(*command, "--apply", "--findings", str(findings))
    assert (taken.code, await units()) == (1, 2), taken
    again = await system.say(*command, "--apply")
    assert (again.code, await units()) == (1, 2), again

    [_, refused] = csv.reader(findings.read_text(encoding="utf-8-sig").splitlines())
    assert refused[:5] == ["4", "A 统一社会信用代码", "", "refused", "bad-uscc-check-digit"]
    query = "SELECT count(*) FROM events WHERE stream_id = ANY($1)"
    assert await databases.value("registry", query, [f"unit-{code}" for code in codes]) == 2


async def test_what_is_no_list_is_said_and_nothing_is_entered(system: System, tmp_path: Path) -> None:
    office = system.world.territories[0].organisations[0]
    about = ("--source", "market_regulation", "--list-date", "2026-06-30", "--area", office.area_code)
    nothing = await system.say("import", str(tmp_path / "none.csv"), *about, "--by", id_of(office.key))
    picture = tmp_path / "picture.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    no_book = await system.say("import", str(picture), *about, "--by", id_of(office.key))

    for said in (nothing, no_book):
        assert said.code != 0
        assert "Traceback" not in said.err
        assert said.err.strip()
