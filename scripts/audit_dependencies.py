"""Does anything we depend on have a known vulnerability? Part of `make check`.

    python -m scripts.audit_dependencies                audit requirements/bench.txt, which holds everything
    python -m scripts.audit_dependencies LOCK           another lock
    python -m scripts.audit_dependencies --required     fail also when nobody can be asked (for a release)

    YANZHEN_OSV_URL       another source than PyPI and OSV: the address of an OSV query
    YANZHEN_OSV_EXPORT    where none can be reached: a copy of OSV's export for PyPI, not older than a fortnight

A source that answers "not found" for everything looks to pip-audit as if nothing were vulnerable. So a version that is known
to be goes along: a source that does not object to it has told us nothing, and that is said instead of "no known
vulnerabilities".
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scripts import advisory_export

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "bench.txt"
VARIABLE = "YANZHEN_OSV_URL"
EXPORT = "YANZHEN_OSV_EXPORT"
OLDEST = timedelta(days=14)
"""OSV takes in advisories for PyPI every day: an export whose newest is older tells of the past."""
CANARY = ("django", "1.2")
"""Vulnerable since before there were advisories, and nothing that we will ever depend on."""
SECONDS = 300


@dataclass(frozen=True)
class Audit:
    """What one source said: vulnerable pins with their advisories, pins that it does not know, or why it is no answer."""

    source: str
    vulnerable: dict[str, list[str]]
    unknown: list[str]
    asked: int
    silent: str = ""


def sources() -> list[tuple[str, list[str]]]:
    """Whom to ask, as a name and options of pip-audit."""
    if url := os.environ.get(VARIABLE):
        return [(VARIABLE, ["--vulnerability-service", "osv", "--osv-url", url])]
    return [("pypi", ["--vulnerability-service", "pypi"]), ("osv", ["--vulnerability-service", "osv"])]


def audits(lock: Path) -> Iterator[Audit]:
    """What each source says in turn, the nearest first."""
    if export := os.environ.get(EXPORT):
        yield audit_by_export(lock, Path(export), datetime.now(UTC))
        return
    for source in sources():
        yield audit(lock, *source)


def audit_by_export(lock: Path, export: Path, now: datetime) -> Audit:
    """Look everything in the lock up in a copy of OSV's export."""
    pins = advisory_export.pins_of(lock.read_text("utf-8"))
    try:
        found, newest = advisory_export.read(export, [*pins, CANARY])
    except ValueError as error:
        return Audit(EXPORT, {}, [], 0, str(error))
    if CANARY not in found:
        return Audit(EXPORT, {}, [], 0, f"does not know that {' '.join(CANARY)} is vulnerable")
    if now - newest > OLDEST:
        return Audit(EXPORT, {}, [], 0, f"its newest advisory is of {newest:%Y-%m-%d}")
    return Audit(EXPORT, {" ".join(pin): ids for pin, ids in found.items() if pin != CANARY}, [], len(pins))


def audit(lock: Path, source: str, options: list[str]) -> Audit:
    """Ask one source about everything in the lock."""
    with tempfile.TemporaryDirectory() as directory:
        asked = Path(directory) / "lock.txt"
        name, version = CANARY
        asked.write_text(f"{lock.read_text('utf-8')}\n{name}=={version} --hash=sha256:{'0' * 64}\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(asked), "--disable-pip", "--require-hashes",
                   "--format", "json", "--progress-spinner", "off", "--timeout", "10", "--cache-dir", directory]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter
                [*command, *options], capture_output=True, text=True, timeout=SECONDS, check=False
            )
            found = json.loads(done.stdout)["dependencies"]
        except subprocess.TimeoutExpired:
            return Audit(source, {}, [], 0, "no answer in time")
        except (ValueError, KeyError):
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            return Audit(source, {}, [], 0, last.partition("(")[0].strip())
    return read(source, found)


def read(source: str, dependencies: list[dict[str, Any]]) -> Audit:
    """pip-audit's list of dependencies, weighed by what became of the canary."""
    vulnerable = {
        f"{one['name']} {one['version']}": [each["id"] for each in one["vulns"]]
        for one in dependencies
        if one.get("vulns")
    }
    if not vulnerable.pop(" ".join(CANARY), None):
        return Audit(source, {}, [], 0, f"does not know that {' '.join(CANARY)} is vulnerable")
    unknown = [one["name"] for one in dependencies if "skip_reason" in one]
    return Audit(source, vulnerable, unknown, len(dependencies) - 1)


def main(arguments: list[str]) -> int:
    """Ask, say what was found; the exit status."""
    named = [one for one in arguments if not one.startswith("-")]
    lock = Path(named[0]) if named else LOCK
    silent = []
    for found in audits(lock):
        if found.silent:
            silent.append(f"{found.source}: {found.silent}")
            continue
        for pin, advisories in found.vulnerable.items():
            sys.stderr.write(f"{pin} has known vulnerabilities: {', '.join(advisories)}\n")
        if found.vulnerable:
            sys.stderr.write("raise it in pyproject.toml and run `make locks`\n")
            return 1
        left = f", {len(found.unknown)} unknown to it: {', '.join(found.unknown)}" if found.unknown else ""
        sys.stdout.write(
            f"Dependencies: {found.asked} audited by {found.source}, none is known to be vulnerable{left}\n"
        )
        return 0
    sys.stdout.write(f"Dependencies: NOT AUDITED, no source of advisories answers ({'; '.join(silent)})\n")
    sys.stdout.write(
        f"  name one that can be reached in {VARIABLE} (the address of an OSV query), or in {EXPORT} a copy of OSV's export\n"
    )
    return 1 if "--required" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
