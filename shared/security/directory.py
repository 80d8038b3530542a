"""Where organisations and stations hang, as a service knows it: what scopes are measured by.

Every service has the read models `organisations` (with `organisation_id` and `parent_id`) and `stations` (with
`station_id` and `organisation_id`), and `guidance` beside the tree; the registry from its own facts, the others from what
it publishes.

What was read is remembered for two seconds. An organisation that was hung elsewhere is therefore within its old scope
that much longer; in the other services it is until the fact arrives anyway.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol

from shared.security.guidance import TABLE_NAME

Row = Mapping[str, Any]

DEEPEST: Final = 32
"""Levels a tree may have. The real one has about eight; more is a cycle that should not exist."""
REMEMBER_SECONDS: Final = 2.0
REMEMBERED: Final = 20_000


class Rows(Protocol):
    """The part of a store that is needed here."""

    async def get_rows(self, table: str, keys: Any) -> dict[Any, dict[str, Any]]:
        """The rows of a read model with these keys; missing ones are left out."""
        ...


class Directory:
    """Looks up organisations, stations and whatever is above them."""

    def __init__(self, rows: Rows, *, now: Callable[[], float] = time.monotonic) -> None:
        self._rows = rows
        self._now = now
        self._known: OrderedDict[tuple[str, str], tuple[Row, float]] = OrderedDict()

    async def organisations(self, ids: Iterable[str]) -> dict[str, Row]:
        """These organisations; unknown ones are left out."""
        return await self._get("organisations", ids)

    async def stations(self, ids: Iterable[str]) -> dict[str, Row]:
        """These stations; unknown ones are left out."""
        return await self._get("stations", ids)

    async def paths(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Of each organisation the ids from itself to the top, level by level for all at once.

        Where a superior is not known yet, the path ends with it; of one that is unknown itself there is no path.
        """
        wanted = set(ids)
        rows: dict[str, Row] = {}
        level = wanted
        for _ in range(DEEPEST):
            if not level:
                break
            found = await self.organisations(level)
            rows |= found
            level = {str(row["parent_id"]) for row in found.values() if row.get("parent_id") is not None} - rows.keys()
        return {one: _path(one, rows) for one in wanted if one in rows}

    async def guides(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Of each organisation who guides it or a superior of it, and whoever is above those (domain L28)."""
        paths = await self.paths(ids)
        edges = await self._get(TABLE_NAME, {step for path in paths.values() for step in path})
        above = await self.paths({str(row["guided_by"]) for row in edges.values()})
        return {
            one: tuple(each for step in path if step in edges for each in above.get(str(edges[step]["guided_by"]), ()))
            for one, path in paths.items()
        }

    def forget(self) -> None:
        """Read everything anew: for whoever knows that it has changed."""
        self._known.clear()

    async def _get(self, table: str, ids: Iterable[str]) -> dict[str, Row]:
        now = self._now()
        found: dict[str, Row] = {}
        missing: list[str] = []
        for one in ids:
            known = self._known.get((table, one))
            if known is not None and now < known[1]:
                found[one] = known[0]
            else:
                missing.append(one)
        if missing:
            read = await self._rows.get_rows(table, [(one,) for one in missing])
            for key, row in read.items():
                found[key[0]] = row
                self._known[(table, key[0])] = (row, now + REMEMBER_SECONDS)
                self._known.move_to_end((table, key[0]))
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found


def _path(start: str, rows: Mapping[str, Row]) -> tuple[str, ...]:
    path = [start]
    while len(path) <= DEEPEST:
        above = rows.get(path[-1], {}).get("parent_id")
        if above is None or above in path:
            break
        path.append(str(above))
    return tuple(path)
