"""A disk of a few megabytes that can be filled for real, without filling anybody's machine."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

MEGABYTES = 8


@contextlib.contextmanager
def small_disk(megabytes: int = MEGABYTES) -> Iterator[Path | None]:
    """A directory on a disk of its own; None where we may not mount one."""
    with tempfile.TemporaryDirectory(prefix="yanzhen-disk-") as name:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "yanzhen-test", name],
            capture_output=True, check=False, timeout=10,
        )  # fmt: skip
        if mounted.returncode:
            yield None
            return
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=False, timeout=10)
