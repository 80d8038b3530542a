"""Which instructors (党建指导员) are responsible for a branch, and which serve at all."""

from datetime import date
from typing import Any

from services.assessment.projections.projections import THE_STRUCTURE
from services.assessment.projections.tables import INSTRUCTORS, ORGANISATIONS, STATIONS, STRUCTURE
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date

DEEPEST = 32
"""Levels a tree may have. The real one has about eight; more is a cycle that should not exist."""


def in_post(row: dict[str, Any], day: date) -> bool:
    """Whether the holder serves on that day, the first and the last day in the post included."""
    return bool(row["since"] <= day) and (row["until"] is None or bool(row["until"] >= day))


async def serving_on(unit: UnitOfWork, day: date) -> tuple[str, ...]:
    """Everybody who serves as an instructor on that day, each once, in order of their ids."""
    rows = await unit.rows(INSTRUCTORS.name)
    return tuple(sorted({row["person_id"] for row in rows if in_post(row, day)}))


class Responsible:
    """Looks up the instructors of a branch, and remembers them until the registry changes.

    One query per question (has anything changed?) instead of one per level of the tree and scope. The count is read
    before the rows, so what is remembered is never older than the count it is remembered under.
    """

    def __init__(self) -> None:
        self._seen: int | None = None
        self._posts: dict[str, list[dict[str, Any]]] = {}

    async def for_branch(self, unit: UnitOfWork, branch_id: str) -> tuple[str, ...]:
        """Holders of a post at the branch, its unit, an organisation above it or the stations nearest above it."""
        counted = await unit.row(STRUCTURE.name, THE_STRUCTURE)
        changes = 0 if counted is None else counted["changes"]
        if changes != self._seen:
            self._seen, self._posts = changes, {}
        posts = self._posts.get(branch_id)
        if posts is None:
            posts = self._posts[branch_id] = await _posts_of(unit, branch_id)
        today = local_date(unit.clock.now())
        return tuple(sorted({row["person_id"] for row in posts if in_post(row, today)}))


async def _posts_of(unit: UnitOfWork, branch_id: str) -> list[dict[str, Any]]:
    chain: list[str] = []
    scopes: list[tuple[str, str]] = []
    stations: list[str] = []
    at: str | None = branch_id
    while at is not None and at not in chain and len(chain) < DEEPEST:
        chain.append(at)
        scopes.append(("organisation", at))
        if not stations:
            # The nearest only: a station of the province serves everybody on paper.
            stations = [row["station_id"] for row in await unit.rows(STATIONS.name, organisation_id=at)]
        organisation = await unit.row(ORGANISATIONS.name, at)
        if organisation is not None and at == branch_id and organisation["unit_uscc"]:
            scopes.append(("unit", organisation["unit_uscc"]))
        at = None if organisation is None else organisation["parent_id"]
    scopes += [("station", station) for station in stations]
    return await unit.rows_with_any(INSTRUCTORS.name, [{"scope": scope, "scope_id": id_} for scope, id_ in scopes])
