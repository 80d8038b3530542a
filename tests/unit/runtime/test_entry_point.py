"""`python -m shared.runtime`: what a container and a child of `yanzhen up` start with."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.cli.catalogue import NAMES
from shared.kernel.errors import Invalid
from shared.runtime.__main__ import main
from shared.runtime.lookup import find_definition

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", NAMES)
def test_a_service_is_found_by_name_and_by_place(name: str) -> None:
    assert find_definition(name).name == name
    assert find_definition(f"services.{name}.service:SERVICE") is find_definition(name)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("nothing", "unknown-service"),
        ("../registry", "unknown-service"),
        ("registry.service", "unknown-service"),
        ("services.registry.service:NOTHING", "service-missing"),
        ("services.registry.service:MODEL", "unknown-service"),
        ("shared.kernel.ids:Uuid7", "unknown-service"),
    ],
)
def test_what_is_no_service_is_refused(name: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        find_definition(name)

    assert caught.value.code == code
    assert caught.value.remedy


def test_a_wrong_start_ends_with_one_line_and_status_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YANZHEN_DATABASE_URL", raising=False)

    assert main(["registry"]) == 2
    assert main(["nothing"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in said] == ["bad-settings", "unknown-service"]


def test_a_service_without_a_name_is_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shared.runtime"],
        cwd=ROOT,
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "name the service" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_service_loads_no_command_line_and_no_other_service(name: str) -> None:
    # As the interpreter does it with `-m`, but for the end: what was loaded is told instead of asked for settings.
    code = (
        "import runpy, sys; sys.argv[1:] = [sys.argv[1]]\n"
        "try: runpy.run_module('shared.runtime', run_name='__main__', alter_sys=True)\n"
        "except SystemExit as end: assert end.code == 2, end.code\n"
        "loaded = {name for name, module in sys.modules.items() if module is not None}\n"
        "print(*sorted(loaded & {'typer', 'rich'}), *sorted({m.split('.')[1] for m in loaded if m.startswith('services.')}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, name], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )

    assert done.stdout.split() == [name], done.stderr
