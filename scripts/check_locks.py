"""Are requirements/*.txt what pyproject.toml asks for? Offline, so it can be part of `make check`.

Every requirement is locked at a version that satisfies it, every pin has hashes, no lock names a package index, and the
locks agree with each other. Only `make locks` resolves anew, and only it needs a network.
"""

import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Lock:
    """What a lock holds: the project with extras (None: all of them) unless `bare`, and dependency groups."""

    extras: tuple[str, ...] | None = None
    groups: tuple[str, ...] = ()
    bare: bool = False


IMAGES = ("registry", "mobility", "assessment", "notify", "tools", "simulators")
"""One lock for each image that infra/docker/Dockerfile can build, with the extra of that name."""
LOCKS: dict[str, Lock] = {
    "run": Lock(),
    "dev": Lock(groups=("dev",)),
    "bench": Lock(groups=("dev", "bench")),
    "image": Lock(groups=("image",), bare=True),
    **{image: Lock((image,)) for image in IMAGES},
}

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)


def pins(text: str) -> dict[str, str]:
    """Canonical name → version."""
    return {canonicalize_name(m["name"]): m["version"] for m in _PIN.finditer(text)}


def faults(root: Path = ROOT) -> list[str]:
    """What is wrong, in words; empty when all is well."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    result: list[str] = []
    agreed: dict[str, tuple[str, str]] = {}
    for lock, kind in LOCKS.items():
        text = (root / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
        locked = pins(text)
        asked = _asked(project, kind)
        result += [f"{lock}.txt: {fault}" for fault in (*_unmet(asked, locked), *_unsafe(text))]
        for name, version in locked.items():
            first, where = agreed.setdefault(name, (version, lock))
            if first != version:
                result.append(f"{name} is {first} in {where}.txt and {version} in {lock}.txt")
    return result


def _asked(project: dict[str, Any], lock: Lock) -> list[str]:
    extras = project["project"]["optional-dependencies"]
    result = [one for group in lock.groups for one in project["dependency-groups"][group]]
    if not lock.bare:
        result += project["project"]["dependencies"]
        result += [one for extra in (lock.extras or extras) for one in extras[extra]]
    return result


def _unmet(asked: list[str], locked: dict[str, str]) -> list[str]:
    result = []
    for requirement in map(Requirement, asked):
        version = locked.get(canonicalize_name(requirement.name))
        if version is None:
            result.append(f"{requirement.name} is not locked")
        elif not requirement.specifier.contains(version, prereleases=True):
            result.append(f"{requirement.name} is locked at {version}, which is not {requirement.specifier}")
    return result


def _unsafe(text: str) -> list[str]:
    pinned = [block for block in re.split(r"\n(?=\S)", text) if _PIN.match(block)]
    result = [f"{block.splitlines()[0]} has no hash" for block in pinned if "--hash=sha256:" not in block]
    if re.search(r"https?://|--(extra-)?index-url|--find-links", text):
        result.append("names a package index")
    return result


def main() -> None:
    """Exit with 1 and say why when something is wrong."""
    found = faults()
    for fault in found:
        sys.stderr.write(f"{fault}\n")
    if found:
        sys.exit("the locks do not match pyproject.toml: run `make locks`")
    sys.stdout.write("Locks: in sync\n")


if __name__ == "__main__":
    main()
