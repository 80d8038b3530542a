"""What happened, in order: a digest of all of it, and the last part of it for people to read."""

import hashlib
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from tests.simulation.clock import BEGINNING
from tests.simulation.loop import SimulatedLoop


class Entry(NamedTuple):
    """One line. `at` in simulated seconds; `where` is a machine, a service or a part of the world."""

    at: float
    where: str
    what: str

    def __str__(self) -> str:
        when = (BEGINNING + timedelta(seconds=self.at)).isoformat(" ", "milliseconds")[:23]
        return f"{when}  {self.where:<13} {self.what}"


class History:
    """Two runs are the same exactly when their digests are."""

    def __init__(self, loop: SimulatedLoop, keep: int = 4000) -> None:
        self._loop = loop
        self._kept: deque[Entry] = deque(maxlen=keep)
        self._digest = hashlib.blake2b(digest_size=16)
        self.length = 0

    def add(self, where: str, what: str, detail: str = "") -> None:
        """`detail` counts for the digest and is not kept."""
        entry = Entry(self._loop.time(), where, what)
        self._digest.update(f"{entry.at!r}|{where}|{what}|{detail}\n".encode())
        self._kept.append(entry)
        self.length += 1

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._kept)

    def about(self, *words: str, most: int = 120) -> list[Entry]:
        """The last entries that hold any of these words; all of them when no word is given."""
        found = [one for one in self._kept if not words or any(word in one.what for word in words)]
        return found[-most:]
