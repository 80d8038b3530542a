"""The directory that holds everything one embedded stack keeps, and the lock that lets only one stack run on it.

Layout: `lock`, `state.json` (ports, where PostgreSQL lives), `pgpass` (0600), `logs/`, `nats/`, `postgres/`, `sinks/`.
"""

import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import Any, TextIO

from shared.kernel.errors import Refused, Unavailable

_TRAVERSABLE = 0o711
_PRIVATE = 0o700


class DataDirectory:
    """One stack's directory, locked from `open` to `close`.

    The lock is a `flock`: the kernel drops it when the holder dies, however it dies, so there is no stale lock to clean
    up. State is read once under the lock and written by atomic replacement, so a kill -9 leaves the old or the new one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self._lock: TextIO | None = None
        self._state: dict[str, Any] = {}

    def open(self) -> None:
        """Create what is missing, lock, read the state.

        Raises `Refused` (`stack-already-running`) when another stack holds the directory, `Unavailable`
        (`data-directory-unusable`) when it cannot be written.
        """
        # Traversable (not readable) for others only when we are root, because PostgreSQL then runs as somebody else.
        # A directory that exists already keeps its mode: it may be loosened by its owner, not by us.
        mode = _TRAVERSABLE if os.geteuid() == 0 else _PRIVATE
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.exists():
                self.path.mkdir(mode=mode)
                self.path.chmod(mode)  # mkdir's mode is cut by the umask
            lock = (self.path / "lock").open("a+", encoding="utf-8")
        except OSError as error:
            raise Unavailable(
                "data-directory-unusable",
                f"cannot use {self.path}: {error.strerror}",
                remedy="choose a directory that this user may write to",
                where=str(self.path),
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise Refused(
                "stack-already-running",
                f"a stack is already running on this directory (pid {holder})",
                remedy="use that one, stop it first, or choose another data directory",
                where=str(self.path),
            ) from error
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock
        self._state = self._read()

    def close(self) -> None:
        """Let the next stack have the directory. The lock file stays: without it two stacks could lock two files."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def get(self, key: str) -> Any:
        """What was remembered under that key, or None."""
        return self._state.get(key)

    def remember(self, key: str, value: Any) -> None:
        """Keep a JSON value for the next run."""
        if self._state.get(key) == value:
            return
        self._state[key] = value
        write_private(self.path / "state.json", json.dumps(self._state, indent=2, sort_keys=True) + "\n")

    def private(self, name: str) -> Path:
        """A subdirectory that only this user may enter."""
        path = self.path / name
        path.mkdir(mode=_PRIVATE, exist_ok=True)
        return path

    def log(self, child: str) -> Path:
        """Where a child's output goes."""
        return self.private("logs") / f"{child}.log"

    def _read(self) -> dict[str, Any]:
        try:
            state = json.loads((self.path / "state.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise Unavailable(
                "state-file-damaged",
                "state.json is not JSON any more",
                remedy="restore it, or delete the data directory to begin anew",
                where=str(self.path / "state.json"),
            ) from error
        return dict(state)


def write_private(path: Path, text: str) -> None:
    """Replace a file by one that only we can read, at no moment readable by others and never half written."""
    staged = path.with_name(f".{path.name}.new")
    staged.unlink(missing_ok=True)
    with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    staged.replace(path)


def erase(path: Path) -> None:
    """Delete a stack's directory and what it keeps elsewhere. Raises `Refused` while a stack runs on it."""
    directory = DataDirectory(path)
    if not directory.path.exists():
        return
    directory.open()
    try:
        home = directory.get("postgres_home")
        if home is not None:
            shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(directory.path)
    finally:
        directory.close()
