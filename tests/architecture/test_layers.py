"""The import rules of pyproject.toml hold, and each of them notices when it is broken.

A rule that is never seen to fail may be misspelt and guard nothing. So each has fixtures: a tree of empty packages with
one file that breaks exactly this rule.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
CASES = sorted(path for rule in FIXTURES.iterdir() for path in rule.iterdir() if path.is_dir())
CONTRACTS = [
    one["id"] for one in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
]

SERVICES = ("registry", "mobility", "assessment", "notify")
PARTS = ("domain", "processes", "projections", "application", "api")
SHARED = tuple(path.name for path in (ROOT / "shared").iterdir() if (path / "__init__.py").exists())


def lint(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """import-linter on a tree, with the rules of the real one."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", code, "--config", str(ROOT / "pyproject.toml"), "--no-cache", *options],
        cwd=tree,
        # The tree comes first, so its packages hide the real ones of the same names.
        env=os.environ | {"PYTHONPATH": f"{tree}{os.pathsep}{ROOT}", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def empty_tree(directory: Path) -> None:
    """The packages that the rules name, with nothing in them."""
    packages = [f"services/{service}/{part}" for service in SERVICES for part in PARTS]
    packages += [f"shared/{name}" for name in SHARED] + ["services/cli"]
    for package in packages:
        (directory / package).mkdir(parents=True)
        for folder in (directory / package, *(directory / package).parents):
            if folder == directory:
                break
            (folder / "__init__.py").touch()


def test_the_real_tree_keeps_every_rule() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_empty_tree_keeps_every_rule(tmp_path: Path) -> None:
    empty_tree(tmp_path)
    result = lint(tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken" in result.stdout


def test_every_rule_has_a_fixture_that_breaks_it() -> None:
    assert {case.parent.name for case in CASES} == set(CONTRACTS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_rule_notices_that_it_is_broken(case: Path, tmp_path: Path) -> None:
    empty_tree(tmp_path)
    shutil.copytree(case, tmp_path, dirs_exist_ok=True)
    [culprit] = [path.stem for path in case.rglob("*.py")]
    result = lint(tmp_path, "--contract", case.parent.name)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "0 kept, 1 broken" in result.stdout
    assert f".{culprit}" in result.stdout
