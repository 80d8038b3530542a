"""What every source file keeps to, beyond what ruff and mypy know."""

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LONGEST = 300
LONGEST_TEST = 400
"""A table of cases, or a state machine, is long without being hard to read."""
LONGER = {
    "shared/messaging/consumer.py": "reading, handling and condemning share one lock and one cursor",
    "shared/eventstore/postgres/commit.py": "the claims and writes of one transaction, in their order",
    "tests/property/test_transfer_machine.py": "one state machine over everything that can be done to transfers",
}
"""Files that may be longer, and why."""

CLOCK_BOUND = (
    "services/*/domain", "services/*/processes", "services/*/application", "services/*/projections",
    "shared/contracts", "shared/kernel", "shared/eventstore", "shared/processes", "shared/messaging",
)  # fmt: skip
WALL_CLOCK = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"),
    ("time", "time_ns"), ("time", "sleep"), ("asyncio", "sleep"),
}  # fmt: skip
MAY_LOOK_AT_THE_WALL = {
    "shared/kernel/clock.py": "the adapters themselves",
    "shared/messaging/inbound.py": "a pause between two attempts at one message, while the broker is told to wait",
}


def tracked() -> list[Path]:
    """Every file that is, or is about to be, part of the repository."""
    # The owner of a checkout in a container is often somebody else; we only read it.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive: everything but what tools leave behind
        return [p for p in ROOT.rglob("*") if p.is_file() and not any(part in LEFT_BEHIND for part in p.parts)]
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


LEFT_BEHIND = {".venv", ".yanzhen", ".cache", ".git", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
FILES = tracked()
MODULES = [path for path in FILES if path.suffix == ".py" and "fixtures" not in path.parts]
OURS = [path for path in MODULES if path.relative_to(ROOT).parts[0] in ("services", "shared", "scripts")]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    limits = {path: LONGEST_TEST if "tests" in path.relative_to(ROOT).parts else LONGEST for path in MODULES}
    long = {name(path): lines(path) for path, limit in limits.items() if lines(path) > limit}
    assert {path: count for path, count in long.items() if path not in LONGER} == {}
    assert [path for path in LONGER if not (ROOT / path).exists()] == []


def test_most_files_hold_one_concept() -> None:
    assert statistics.median(lines(path) for path in OURS if path.name != "__init__.py") <= 90


def test_a_module_says_what_it_is_for() -> None:
    silent = [
        name(path)
        for path in OURS
        if (source := path.read_text(encoding="utf-8")).strip() or path.name != "__init__.py"
        if not ast.get_docstring(ast.parse(source))
    ]
    assert silent == []


PLACES = re.compile(
    # Indexes: who installs from where is a matter of the machine.
    r"p[y]pi\.|pythonh[o]sted\.|npm[j]s\.|crates\.io|--index-url\s+\S|--find-links\s+\S"
    # Directories of a machine that nobody else has.
    r"|/(?:root|home|Users)/[\w.]|(?<![\w.$}])/w[o]rk/\w|/opt/wheels|[A-Z]:\\\\?Users"
)


def test_no_file_names_a_package_index_or_a_place_on_one_machine() -> None:
    found: dict[str, list[str]] = {}
    for path in FILES:
        if path == Path(__file__) or path.suffix in (".png", ".jpg", ".ico", ".woff2"):
            continue
        places = [match[0] for match in PLACES.finditer(path.read_text(encoding="utf-8", errors="replace"))]
        if places:
            found[name(path)] = places
    assert found == {}


@pytest.mark.parametrize(
    "text",
    ["https://py" + "pi.org/simple", "--index-url https://x", "/root/.cache", "cd /wo" + "rk/main", "/home/ada/x"],
)
def test_a_place_is_noticed(text: str) -> None:
    assert PLACES.search(text)


def wall_clock_calls(source: str) -> Iterator[tuple[int, str]]:
    """Lines that read the machine's clock or wait by it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if (owner, node.attr) in WALL_CLOCK:
                yield node.lineno, f"{owner}.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module in ("time", "asyncio"):
            for alias in node.names:
                if (node.module, alias.name) in WALL_CLOCK:
                    yield node.lineno, f"{node.module}.{alias.name}"


BOUND = [path for path in OURS if any(path.is_relative_to(top) for rule in CLOCK_BOUND for top in ROOT.glob(rule))]


def test_time_comes_from_the_clock_that_was_passed_in() -> None:
    """Otherwise the simulator runs on real time, a shifted clock shifts half of the system, and deadlines disagree."""
    found = {name(path): calls for path in BOUND if (calls := list(wall_clock_calls(path.read_text(encoding="utf-8"))))}
    assert {path: calls for path, calls in found.items() if path not in MAY_LOOK_AT_THE_WALL} == {}
    assert set(MAY_LOOK_AT_THE_WALL) - set(found) == set(), "does not look any more: take it off the list"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import datetime\ndatetime.datetime.now()", ["datetime.now"]),
        ("from datetime import datetime\nx = datetime.now(UTC)", ["datetime.now"]),
        ("from asyncio import sleep", ["asyncio.sleep"]),
        ("import time\ntime.time()", ["time.time"]),
        ("clock.now()\nawait clock.sleep(1)\ntime.monotonic()", []),
    ],
)
def test_a_look_at_the_wall_clock_is_noticed(source: str, found: list[str]) -> None:
    assert [call for _, call in wall_clock_calls(source)] == found
