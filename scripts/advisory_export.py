"""Advisories from a file, for a network without a source of them: OSV's export for PyPI (`PyPI/all.zip`), carried in by hand.

One JSON record per advisory, after the OSV schema: a version is affected when it is listed, or lies within a range.
"""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def pins_of(lock: str) -> list[tuple[str, str]]:
    """What a lock pins, by canonical name."""
    return [(canonicalize_name(name), version) for name, version in _PIN.findall(lock)]


def read(export: Path, pins: Iterable[tuple[str, str]]) -> tuple[dict[tuple[str, str], list[str]], datetime]:
    """The advisories for these pins, and when the newest record of all was changed. Raises `ValueError` for another file."""
    versions: dict[str, list[str]] = {}
    for name, version in pins:
        versions.setdefault(name, []).append(version)
    found: dict[tuple[str, str], list[str]] = {}
    newest: list[datetime] = []
    for record in _records(export):
        newest = [max([*newest, datetime.fromisoformat(record["modified"])])]
        for affected in () if "withdrawn" in record else record.get("affected", ()):
            package = affected.get("package", {})
            name = canonicalize_name(str(package.get("name", "")))
            for version in versions.get(name, ()) if package.get("ecosystem") == "PyPI" else ():
                ids = found.setdefault((name, version), [])
                if is_affected(version, affected) and record["id"] not in ids:
                    ids.append(record["id"])
    if not newest:
        raise ValueError("holds no advisory")
    return {pin: ids for pin, ids in found.items() if ids}, newest[0]


def is_affected(version: str, affected: Mapping[str, Any]) -> bool:
    """Whether one `affected` of a record speaks of that version. What cannot be compared counts as affected."""
    try:
        found = Version(version)
        if any(Version(one) == found for one in affected.get("versions", ())):
            return True
        ranges = [one for one in affected.get("ranges", ()) if one.get("type") == "ECOSYSTEM"]
        return any(_within(found, one.get("events", ())) for one in ranges)
    except InvalidVersion:
        return True


def _within(version: Version, events: Iterable[Mapping[str, str]]) -> bool:
    inside = False
    steps = [(Version(at), kind) for event in events for kind, at in event.items() if kind != "limit"]
    # At the same version, what fixes counts after what introduces.
    for at, kind in sorted(steps, key=lambda step: (step[0], step[1] != "introduced")):
        if kind == "introduced" and version >= at:
            inside = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            inside = False
    return inside


def _records(export: Path) -> Iterator[dict[str, Any]]:
    try:
        with zipfile.ZipFile(export) as archive:
            for name in archive.namelist():
                if name.endswith(".json"):
                    yield json.loads(archive.read(name))
    except (OSError, zipfile.BadZipFile, KeyError, TypeError) as error:
        raise ValueError(f"cannot be read ({type(error).__name__})") from error
