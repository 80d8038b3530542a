"""Whether a database is as far as this code needs it. A service asks at its start; it holds no right to change it.

Without Alembic, which a running service has no other use for (10 MB in each process).
"""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.eventstore.model import ServiceModel
from shared.eventstore.rebuild import outdated_projections
from shared.kernel.errors import Unavailable

KERNEL_VERSIONS = Path(__file__).parent / "migrations" / "versions"


async def check_migrated(engine: AsyncEngine, model: ServiceModel, service_versions: Path | None = None) -> None:
    """Raises `Unavailable` (`not-migrated`) saying what is missing.

    A database that is further than the code is well: the new migration goes first, and the old process still runs.
    """
    async with engine.connect() as connection:
        if not (await connection.execute(text("SELECT to_regclass('alembic_version')"))).scalar():
            raise _behind(model, "it is empty")
        applied = set((await connection.execute(text("SELECT version_num FROM alembic_version"))).scalars())
    for line in revision_lines(filter(None, (KERNEL_VERSIONS, service_versions))):
        if missing := missing_after(line, applied):
            raise _behind(model, f"{', '.join(missing)} is missing")
    if outdated := await outdated_projections(engine, model):
        raise _behind(model, f"read models are not built: {', '.join(p.name for p in outdated)}")


def revision_lines(directories: Iterable[Path]) -> list[list[str]]:
    """The revisions of each branch, oldest first. A file is named after its revision: `<branch>_<number>.py`."""
    names = sorted(path.stem for directory in directories for path in directory.glob("[!_]*.py"))
    return [list(line) for _, line in groupby(names, key=lambda name: name.rpartition("_")[0])]


def missing_after(line: list[str], applied: set[str]) -> list[str]:
    """What comes after the revision that is applied. A head of that branch that this code does not know is a later one."""
    branch = line[0].rpartition("_")[0]
    known = [index for index, revision in enumerate(line) if revision in applied]
    if known:
        return line[known[-1] + 1 :]
    return [] if any(one.rpartition("_")[0] == branch for one in applied) else line


def _behind(model: ServiceModel, what: str) -> Unavailable:
    return Unavailable(
        "not-migrated",
        f"the database of {model.name} is not as far as this version needs it: {what}",
        remedy=f"run `yanzhen migrate {model.name}` with the migrator's address",
    )
