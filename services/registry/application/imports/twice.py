"""Units that a list names more than once, found without holding the list: eight bytes per row.

The same facts twice are one row. Different facts are a contradiction that nobody but who made the list can resolve, so
none of the rows is taken over.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

Rows = Callable[[], Iterator[tuple[int, dict[str, str]]]]


@dataclass(slots=True)
class Listing:
    """Which codes stand in a list. `twice` maps a code to its rows, `differing` to the fields in which they differ."""

    rows: int = 0
    twice: Mapping[str, list[int]] = field(default_factory=dict)
    differing: Mapping[str, list[str]] = field(default_factory=dict)
    _hashes: "array[int]" = field(default_factory=lambda: array("q"))

    def holds(self, uscc: str) -> bool:
        """Whether the code is in the list (two codes are never taken for one: 64 bits)."""
        wanted = hash(uscc)
        at = bisect_left(self._hashes, wanted)
        return at < len(self._hashes) and self._hashes[at] == wanted


def look_through(rows: Rows) -> Listing:
    """Read the list once, and once more when a code stands in it twice."""
    hashes = array("q", (hash(cells["uscc"].upper()) for _, cells in rows()))
    ordered = array("q", sorted(hashes))
    doubled = {one for one, following in pairwise(ordered) if one == following}
    doubled.discard(hash(""))  # a row without a code is refused for that
    found = Listing(len(hashes), _hashes=ordered)
    if not doubled:
        return found
    first: dict[str, dict[str, str]] = {}
    twice: dict[str, list[int]] = {}
    differing: dict[str, list[str]] = {}
    for number, cells in rows():
        uscc = cells["uscc"].upper()
        if hash(uscc) not in doubled:
            continue
        twice.setdefault(uscc, []).append(number)
        before = first.setdefault(uscc, cells)
        fields = [name for name, value in cells.items() if name != "uscc" and value != before[name]]
        if fields:
            differing[uscc] = list(dict.fromkeys([*differing.get(uscc, ()), *fields]))
    found.twice, found.differing = twice, differing
    return found
