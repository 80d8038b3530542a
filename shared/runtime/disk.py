"""How full the disk under a directory is."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes. `free` is what a process without privileges may still write: what counts when the disk runs full."""

    free: int
    size: int


def disk_of(directory: Path) -> Disk:
    """The disk that holds the directory. Raises OSError."""
    found = os.statvfs(directory)
    return Disk(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)
