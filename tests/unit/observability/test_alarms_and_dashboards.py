"""What we ship for Prometheus and Grafana: valid, complete, and tested. Whether alarms ring: `tests/system/test_alarms.py`."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.dashboards import DASHBOARDS
from scripts.export_dashboards import FOLDER, document

ROOT = Path(__file__).resolve().parents[3]
PROMETHEUS = ROOT / "infra" / "prometheus"
RULES = (PROMETHEUS / "rules" / "yanzhen.yml").read_text()
ALARMS = re.findall(r"- alert: (\w+)$", RULES, re.MULTILINE)
SECTIONS = ["What it means", "How to look", "What to do", "When it is over"]


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        reason = "no `promtool` on this machine: apt-get install prometheus (.ci/run does)"
        assert not os.environ.get("CI"), reason
        pytest.skip(reason)
    return found


@pytest.mark.parametrize(
    ("where", "arguments"),
    [
        (PROMETHEUS, ["check", "config", "prometheus.yml"]),
        (PROMETHEUS, ["check", "rules", "rules/yanzhen.yml"]),
        (PROMETHEUS / "tests", ["test", "rules", "alarms.yml"]),
    ],
    ids=["config", "rules", "unit tests of the rules"],
)
def test_promtool_has_nothing_to_say(promtool: str, where: Path, arguments: list[str]) -> None:
    done = subprocess.run([promtool, *arguments], cwd=where, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alarm_has_a_page_a_unit_test_and_a_test_that_causes_it() -> None:
    units = (PROMETHEUS / "tests" / "alarms.yml").read_text()
    caused = (ROOT / "tests" / "system" / "test_alarms.py").read_text()
    pages = re.findall(r"runbook_url: (\S+)$", RULES, re.MULTILINE)
    assert len(ALARMS) == len(pages) == len(set(pages)) >= 9
    for alarm, page in zip(ALARMS, pages, strict=True):
        text = (ROOT / page).read_text()
        assert f"Alarm `{alarm}`" in text
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
        assert Path(page).name in (ROOT / "docs" / "runbooks" / "README.md").read_text()
        assert f"alertname: {alarm}" in units
        assert f'fires("{alarm}"' in caused, alarm


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one.uid)
def test_dashboards_are_what_the_script_says_and_fit_the_grid(dashboard: object) -> None:
    written = document(dashboard)  # type: ignore[arg-type]
    path = FOLDER / f"{written['uid'].removeprefix('yanzhen-')}.json"
    assert json.loads(path.read_text()) == written, "python -m scripts.export_dashboards"
    taken: set[tuple[int, int]] = set()
    for panel in written["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_there_is_an_overview_one_for_each_service_and_one_for_the_bus() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {
        "overview", "registry", "mobility", "assessment", "notify", "bus",
    }  # fmt: skip
