"""Each image holds one service, little else, says what is in it, and needs no rights."""

import json
import re
from typing import Any

import pytest

from scripts.check_locks import pins
from tests.containers.compose import IMAGES, ROOT, SERVICES, attempt, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # the first of them builds everything

_LOOK = """
import importlib.metadata, importlib.util, json, os, pathlib
print(json.dumps({
    "uid": os.getuid(),
    "services": sorted(p.name for p in pathlib.Path("/app/services").iterdir() if p.is_dir() and p.name != "__pycache__"),
    "shared": sorted(p.name for p in pathlib.Path("/app/shared").iterdir() if p.is_dir() and p.name != "__pycache__"),
    "top": sorted(p.name for p in pathlib.Path("/app").iterdir() if p.name != "__pycache__"),
    "modules": [name for name in ("typer", "rich", "pip", "uv", "cyclonedx_py", "pytest") if importlib.util.find_spec(name)],
    "installed": {d.metadata["Name"]: d.version for d in importlib.metadata.distributions()},
    "compiled": len(list(pathlib.Path("/app").rglob("*.pyc"))),
    "sources": len(list(pathlib.Path("/app").rglob("*.py"))),
    "writable": [p for p in ("/app", "/app/services", "/venv", "/usr/share/sbom") if os.access(p, os.W_OK)],
}))
"""


def _confined(image: str, *arguments: str, entrypoint: str = "") -> tuple[str, ...]:
    """Nothing may be written, nothing may be reached, nothing may be gained."""
    options = ["--rm", "--read-only", "--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    return ("docker", "run", *options, *(["--entrypoint", entrypoint] if entrypoint else []), image, *arguments)


def _look(image: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*_confined(image, "-c", _LOOK, entrypoint="python")))
    return found


def _config(image: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("docker", "image", "inspect", "-f", "{{json .Config}}", image))
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_holds_one_service_and_nothing_of_another(images: dict[str, str], name: str) -> None:
    found = _look(images[name])

    assert found["services"] == [name]
    assert "embedded" not in found["shared"]
    assert found["top"] == ["healthcheck.py", "infra", "run", "services", "shared"]
    assert found["modules"] == []


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_runs_as_nobody_in_particular_and_is_small(images: dict[str, str], name: str) -> None:
    found, config = _look(images[name]), _config(images[name])
    size = int(run("docker", "image", "inspect", "-f", "{{.Size}}", images[name]))

    assert (found["uid"], config["User"], found["writable"]) == (10001, "10001:10001", [])
    assert size < 250_000_000
    # Without bytecode every start of every container would compile everything, and could not keep it.
    assert found["compiled"] == found["sources"]


_LETTER = """
import datetime
from services.mobility.api.letter_page import Letter, render
day = datetime.date(2026, 11, 22)
print(render(Letter("〔2026〕第1号", "甲", "乙", "丙", None, None, False, day, 30, "2026-11"))[:5].decode())
"""


def test_mobility_prints_a_letter_in_its_image(images: dict[str, str]) -> None:
    """Its libraries for fonts and pictures are there in part only."""
    said = run(*_confined(images["mobility"], "-c", _LETTER, entrypoint="python"))
    assert said.strip() == "%PDF-"


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_says_what_is_in_it(images: dict[str, str], name: str) -> None:
    config = _config(images[name])
    labels = config["Labels"]
    cat = run(*_confined(images[name], labels["cn.yanzhen.sbom.path"], entrypoint="cat"))
    digest = run(*_confined(images[name], labels["cn.yanzhen.sbom.path"], entrypoint="sha256sum")).split()[0]
    bill = json.loads(cat)
    listed = {_canonical(one["name"]): one["version"] for one in bill["components"]}

    assert bill["bomFormat"] == "CycloneDX"
    assert digest == labels["cn.yanzhen.sbom.sha256"]
    assert listed == {_canonical(key): version for key, version in _look(images[name])["installed"].items()}
    assert listed == pins((ROOT / "requirements" / f"{name}.txt").read_text("utf-8"))
    assert labels["org.opencontainers.image.version"] == "test"
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"


def test_a_service_that_is_started_wrongly_says_so_in_one_line(images: dict[str, str]) -> None:
    without = attempt(*_confined(images["registry"]))
    other = attempt(*_confined(images["registry"], "mobility"))
    nonsense = attempt(*_confined(images["registry"], "../../etc"))

    assert (without.returncode, other.returncode, nonsense.returncode) == (2, 2, 2)
    assert without.stderr.startswith("bad-settings: YANZHEN_DATABASE_URL: Field required - ")
    assert other.stderr.startswith("unknown-service: there is no service 'mobility' here - ")
    assert nonsense.stderr.startswith("unknown-service: ")
    assert [len(one.stderr.splitlines()) for one in (without, other, nonsense)] == [1, 1, 1]


def test_bug_101_the_operators_command_works_without_the_demonstration(images: dict[str, str]) -> None:
    # `find_spec` of a module in a package that is missing raises instead of answering None.
    said = run(*_confined(images["tools"], "--help"))

    assert "provision" in said
    assert "demo" not in said


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
