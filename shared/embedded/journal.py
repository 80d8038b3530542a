"""An append-only JSON-lines file, so that a stand-in killed with -9 still knows what it accepted."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """Records in the order they were appended; without a path it forgets everything.

    Written through to the operating system per record, not to the disk: it survives the death of the process, and a
    stand-in's memory need not survive the machine's.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file = None if path is None else path.open("ab", buffering=0)

    def append(self, record: dict[str, Any]) -> None:
        """Keep one record."""
        if self._file is not None:
            self._file.write(json.dumps(record, separators=(",", ":")).encode() + b"\n")

    def records(self) -> Iterator[dict[str, Any]]:
        """All records kept so far. A last line cut off by a crash is skipped."""
        if self._path is None:
            return
        with self._path.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    yield json.loads(line)

    def clear(self) -> None:
        """Forget all records."""
        if self._file is not None:
            self._file.truncate(0)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
