"""Secrets that are made once and kept as files that only their owner can read."""

import contextlib
import os
import tempfile
from pathlib import Path

PRIVATE_DIRECTORY = 0o700


def create_once(path: Path, text: str) -> str:
    """Keep the text under that path unless something is kept there already; returns what is kept.

    The file appears complete, with mode 0600, and never replaces another: of two processes that make the same secret at
    the same time both get the one that was first. A secret made twice would lock out whoever got the other one.
    """
    path.parent.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    if not path.exists():
        handle, staged = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # somebody was faster; theirs counts
                os.link(staged, path)
        finally:
            os.unlink(staged)
    return path.read_text("ascii")
