"""What the documents say about the code is so: links lead somewhere, tests that are named exist, decisions are complete."""

import re
from pathlib import Path

import pytest

from scripts.export_permissions import TARGET, document

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "adr").glob("0*.md"))
SECTIONS = ("Context", "Decision", "Consequences", "How we would notice we were wrong")


def named_tests(text: str) -> set[tuple[str, str]]:
    """Tests in backticks, as (file, name or nothing); planned ones say so and are left out."""
    said = re.sub(r"planned: `[^`]*`", "", text)
    return set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?", said))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_and_named_tests_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
    assert [target for target in targets if not (path.parent / target).exists()] == []
    lost = [
        f"{file}::{name}"
        for file, name in named_tests(text)
        if not (ROOT / file).exists()
        or (name and not re.search(rf"\b(def|class) {name}\b|^{name} = ", (ROOT / file).read_text(), re.MULTILINE))
    ]
    assert lost == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_what_it_costs_and_when_it_was_wrong(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.search(rf"^# {int(path.name[:4])}\. ", text)
    assert re.search(r"^\*\*Status:\*\* (accepted|superseded by \d+), \d{4}-\d\d", text, re.MULTILINE)
    assert tuple(re.findall(r"^## (.+)$", text, re.MULTILINE)) == SECTIONS
    assert path.name in (path.parent / "README.md").read_text(encoding="utf-8")


def test_the_page_of_permissions_is_what_the_policy_says() -> None:
    assert TARGET.read_text(encoding="utf-8") == document(), "run python -m scripts.export_permissions"


def test_every_mechanism_of_the_field_has_its_row() -> None:
    rows = re.findall(r"^\| ([WLZYN]\d\d) \|.*\| (thin|not yet|done) \| (.*) \| (.*) \|$", _mechanisms(), re.MULTILINE)
    ids = [row[0] for row in rows]
    expected = [
        f"{kind}{n:02d}" for kind, last in zip("WLZYN", (29, 29, 32, 36, 33), strict=True) for n in range(1, last + 1)
    ]
    assert ids == expected
    assert [row[0] for row in rows if (row[1] == "not yet") != (not row[3].strip())] == [], "a status without its test"


def test_the_counts_of_mechanisms_are_those_of_the_table() -> None:
    statuses = re.findall(r"^\| \w\d\d \|.*\| (thin|not yet|done) \|", _mechanisms(), re.MULTILINE)
    done, thin = statuses.count("done"), statuses.count("thin")
    assert f"Done: {done}, thin: {thin} of 159." in _mechanisms()
    assert f"{done} are done and {thin} have a beginning" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{done} 项已完成，{thin} 项" in (ROOT / "README.zh.md").read_text(encoding="utf-8")


def _mechanisms() -> str:
    return (ROOT / "docs" / "mechanisms.md").read_text(encoding="utf-8")
