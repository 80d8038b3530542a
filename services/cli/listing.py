"""Importing a list from the terminal, as `POST /lists` does."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import typer
from pydantic import TypeAdapter, ValidationError
from rich.markup import escape
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.cli.acting import acting
from services.cli.command_executor import executor_on
from services.cli.installation import find
from services.cli.output import console, progress, table
from services.cli.service_reading import database_of
from services.registry.application.imports.importing import Bringing, import_list
from services.registry.application.imports.judging import Asked
from services.registry.application.imports.reading import LARGEST
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.organisation.state import OrganisationState
from shared.eventstore.context import Cause
from shared.kernel.errors import Invalid, Refused
from shared.runtime.garbage import settle_garbage
from shared.web import csv_file

_FINDINGS: Final = text("SELECT jsonb_array_elements(findings) FROM list_parts WHERE list_id = :list_id ORDER BY part")
_COLUMNS: Final = ("row", "column", "uscc", "kind", "code", "detail", "remedy")
_SAID: Final = {
    "rows": "in the list", "new": "new", "changed": "changed", "unchanged": "as they were", "closed": "closed by the list",
    "repeated": "the same row again", "older": "older than what is known", "refused": "refused",
    "not_listed": "registered and not in the list",
}  # fmt: skip


async def bring(
    data_dir: Path,
    file: Path,
    *,
    source: str,
    list_date: date,
    area: str,
    by: str,
    basis: str,
    apply: bool,
    campaign: str | None,
    findings: Path | None,
) -> None:
    """Import or check, and print what the rows came to. Errors: those of `import_list`, `no-file`, `bad-option`."""
    _check_file(file)
    installation = find(data_dir)
    registry = installation.service("registry")
    async with database_of(registry) as engine:
        executor = executor_on(engine, registry, installation)
        asked = _asked(
            {"list_id": executor.ids(), "source": source, "list_date": list_date, "basis": basis, "area_code": area}
        )
        organisation: OrganisationState = await executor.run(lambda unit: unit.state(ORGANISATION, by), Cause(by))
        if organisation.status != "active":
            raise Refused("organisation-unknown", f"there is no active organisation {by}", remedy="check --by")
        excel = file.suffix.lower() in (".xlsx", ".xls")
        bringing = Bringing(asked, file, by, apply, campaign, as_excel=excel)
        settle_garbage()  # a quarter of the time otherwise, in a list of a hundred thousand
        with progress("importing" if apply else "checking"):
            counts = await import_list(
                engine, executor, bringing, Cause(asked.list_id, actor=await acting(data_dir, None))
            )
        if findings is not None:
            await _write(engine, asked.list_id, findings)
    shown = table(f"{'Taken over' if apply else 'Checked'}: {escape(file.name)}", "rows", "")
    for name, said in _SAID.items():
        if counts.get(name):
            shown.add_row(f"{counts[name]:,}", said)
    console().print(shown)
    console().print(f"The list is {asked.list_id}.", soft_wrap=True)
    if counts.get("refused"):
        if findings is None:
            console().print("--findings FILE writes which rows, which columns, and what to do.", soft_wrap=True)
        raise typer.Exit(1)


def _check_file(file: Path) -> None:
    if not file.is_file() or file.stat().st_size > LARGEST:
        raise Invalid("no-file", f"{file} is no file, or larger than {LARGEST >> 20} MiB", remedy="check the path")


def _asked(facts: dict[str, Any]) -> Asked:
    try:
        return TypeAdapter(Asked).validate_python(facts)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).replace("area_code", "area")
        raise Invalid("bad-option", f"--{name}: {first['msg']}", remedy="see yanzhen import --help") from None


async def _write(engine: AsyncEngine, list_id: str, path: Path) -> None:
    async with engine.connect() as connection:
        with path.open("w", encoding="utf-8-sig", newline="") as file:  # with the mark by which Excel knows UTF-8
            file.write(csv_file.line(_COLUMNS))
            async for row in await connection.stream(_FINDINGS, {"list_id": list_id}):
                file.write(csv_file.line(row[0].get(name) for name in _COLUMNS))
