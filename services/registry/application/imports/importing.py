"""Importing a list: looked through as a whole first, then taken over part by part, a few parts at the same time.

What makes a list unusable (no workbook, no text, headings that are none) is found before anything is written. A part is one
transaction. An import that is interrupted is done again from the beginning: what is in already is found unchanged.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.registry.application.imports.columns import Columns, find_columns
from services.registry.application.imports.judging import Asked, Cells, Judge, Part
from services.registry.application.imports.reading import Sheet, open_sheet
from services.registry.application.imports.routing import Routing
from services.registry.application.imports.rows import KINDS
from services.registry.application.imports.twice import Listing, look_through
from services.registry.domain.listing.decider import LIST, LIST_PART, BeginList, EndList, RecordPart
from shared.eventstore.context import Cause
from shared.eventstore.executor import Executor
from shared.eventstore.unit_of_work import UnitOfWork
from shared.security.policy import area_prefix

T = TypeVar("T")

ROWS_PER_PART: Final = 500
AT_ONCE: Final = 3
"""Parts under way: one is being decided while the others are being committed."""
MISSING_PER_PART: Final = 5000
REGISTERED_AT_ONCE: Final = 50_000
"""Units of the register that are read with one query, which looks through all of them each time: 4 MB."""

_REGISTERED: Final = text(
    "SELECT uscc FROM units WHERE closed_on IS NULL AND kind = ANY(CAST(:kinds AS text[]))"
    " AND starts_with(area_code, :prefix) AND since <= :day AND uscc > :after ORDER BY uscc LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class Bringing:
    """A list and who brings it. Without `apply` it is only checked: the report is the same and no unit changes."""

    asked: Asked
    path: Path
    brought_by: str
    apply: bool
    campaign: str | None = None
    as_excel: bool = False


async def import_list(engine: AsyncEngine, executor: Executor, bringing: Bringing, cause: Cause) -> dict[str, int]:
    """Import or check a list; returns how many rows came to what.

    Errors (`Invalid`): those of `reading` and `columns`, before anything was written.
    """
    asked = bringing.asked
    sheet, columns, listing, digest = await asyncio.to_thread(_look, bringing)
    async with engine.connect() as connection:
        routing = await Routing.of(connection, asked.area_code)
    judge = Judge(asked, columns, listing, routing)
    begin = BeginList(
        list_id=asked.list_id, source=asked.source, list_date=asked.list_date, basis=asked.basis,
        area_code=asked.area_code, brought_by=bringing.brought_by, campaign=bringing.campaign, digest=digest,
        columns=tuple(columns.at), ignored_columns=columns.ignored, applied=bringing.apply,
    )  # fmt: skip
    await executor.run(lambda unit: unit.handle(LIST, asked.list_id, begin), cause)
    run = _Run(executor, judge, bringing, cause)
    parts = enumerate(_parts(columns.cells(sheet), ROWS_PER_PART))

    async def work() -> None:
        for number, rows in parts:
            await run.part(number, rows)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors  # what is away is away for all of them
    await run.look_for_missing(engine)
    counts = {"rows": listing.rows, **run.counts}
    end = EndList(list_id=asked.list_id, counts=counts)
    await executor.run(lambda unit: unit.handle(LIST, asked.list_id, end), cause)
    return counts


class _Run:
    """The parts of one list."""

    def __init__(self, executor: Executor, judge: Judge, bringing: Bringing, cause: Cause) -> None:
        self.counts: Counter[str] = Counter()
        self._executor = executor
        self._judge = judge
        self._bringing = bringing
        self._cause = cause
        self._last = 0

    async def part(self, number: int, rows: tuple[Cells, ...]) -> None:
        """Judge some rows, and take them over with the record of what became of them."""
        self._last = max(self._last, number)
        if self._bringing.apply:
            self.counts += (await self._executor.run(lambda unit: self._judged(unit, number, rows), self._cause)).counts
        else:
            # Decided as it would be, and thrown away but for the record.
            await self._keep(number, await self._judge.judge(self._executor.unit(self._cause), rows))

    async def look_for_missing(self, engine: AsyncEngine) -> None:
        """Units of the register that the list should name and does not. Only listed as such: whether they are closed is
        for somebody to find out.
        """
        asked = self._bringing.asked
        values: dict[str, Any] = {"kinds": sorted(KINDS[asked.source]), "prefix": area_prefix(asked.area_code),
                                  "day": asked.list_date, "after": "", "most": REGISTERED_AT_ONCE}  # fmt: skip
        while True:
            async with engine.connect() as connection:
                usccs = list((await connection.execute(_REGISTERED, values)).scalars())
            for some in _parts(self._judge.not_listed(usccs), MISSING_PER_PART):
                part = Part(Counter(not_listed=len(some)), list(some))
                self._last += 1
                await self._keep(self._last, part)
            if len(usccs) < REGISTERED_AT_ONCE:
                return
            values["after"] = usccs[-1]

    async def _judged(self, unit: UnitOfWork, number: int, rows: tuple[Cells, ...]) -> Part:
        part = await self._judge.judge(unit, rows)
        await self._record(unit, number, part)
        return part

    async def _record(self, unit: UnitOfWork, number: int, part: Part) -> None:
        list_id = self._bringing.asked.list_id
        identity = f"{list_id}-{number}"
        unit.presume_new(LIST_PART, identity)
        command = RecordPart(
            list_id=list_id, part=number, counts=dict(part.counts), findings=tuple(part.findings),
            added=tuple(part.added),
        )  # fmt: skip
        await unit.handle(LIST_PART, identity, command)

    async def _keep(self, number: int, part: Part) -> None:
        await self._executor.run(lambda unit: self._record(unit, number, part), self._cause)
        self.counts += part.counts


def _parts(rows: Iterator[T], size: int) -> Iterator[tuple[T, ...]]:
    while part := tuple(islice(rows, size)):
        yield part


def _look(bringing: Bringing) -> tuple[Sheet, Columns, Listing, str]:
    sheet = open_sheet(bringing.path, as_excel=bringing.as_excel)
    columns = find_columns(sheet, bringing.asked.basis)

    def rows() -> Iterator[Cells]:
        return columns.cells(sheet)

    with bringing.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return sheet, columns, look_through(rows), digest
