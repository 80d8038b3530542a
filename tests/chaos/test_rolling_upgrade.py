"""Two versions of a service side by side on one database and one broker: nobody notices but those who look.

The next version is this tree with an optional field more in a public event and a column more in a read model.
"""

import asyncio
import contextlib
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from services.cli.catalogue import entry
from services.cli.demo.ids import id_of
from services.cli.service_environment import migration_environment
from tests.chaos.invariants import violations
from tests.chaos.world import Repeating, Suffering
from tests.support.tests_on import TestsOn
from tests.system.audit import audit
from tests.system.support import PROJECT, Patient, Watcher

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("chaos")]

CHANGES = (
    (
        "shared/contracts/mobility/transfers.py",
        r"    to_branch_id: str\n    accepted_at: datetime\n",
        '    to_branch_id: str\n    edition: str = "next"\n    accepted_at: datetime\n',
    ),
    (
        "services/mobility/projections/tables.py",
        r'    Column\("probation_ends_on", Date\),\n',
        '    Column("probation_ends_on", Date),\n    Column("edition", Text),\n',
    ),
    # The read model's version, whatever it is by now.
    ("services/mobility/projections/roll.py", r'(?<="members",\n        )(\d+)(?=,\n)', r"\g<1>000"),
    (
        "services/mobility/projections/roll.py",
        r'"organisation_id": event.to_organisation_id}',
        '"organisation_id": event.to_organisation_id, "edition": "next"}',
    ),
)
CALLED = "mobility-2"


@pytest.fixture
def system(directory: Path, tests_on: TestsOn) -> Iterator[Suffering]:
    system = Suffering(directory, planned=60)
    try:
        system.start_suffering()
        yield system
    finally:
        system.close()


def _next_version(to: Path) -> Path:
    for part in ("services", "shared", "infra", "pyproject.toml"):
        here = PROJECT / part
        if here.is_dir():
            shutil.copytree(here, to / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(here, to / part)
    for path, before, after in CHANGES:
        text, found = re.subn(before, after, (to / path).read_text(encoding="utf-8"))
        assert found == 1, f"{path} is not what this test changes any more"
        (to / path).write_text(text, encoding="utf-8")
    return to


async def _run(tree: Path, environment: dict[str, str], *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", *arguments, cwd=tree, env={**environment, "PYTHONPATH": str(tree)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def _upgraded(system: Suffering, name: str, tree: Path) -> None:
    child = system.service(name)
    environment = child.spec.env
    assert isinstance(environment, dict)
    await system.background.there(child.stop())
    environment["PYTHONPATH"] = str(tree)
    await system.background.there(child.start())


@contextlib.asynccontextmanager
async def _asking(system: Suffering, name: str) -> AsyncIterator[Patient]:
    port = system.service(name).spec.env["YANZHEN_HTTP_PORT"]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=15, trust_env=False) as http:
        yield Repeating(http, "mobility", system.badges, system.complaints, seconds=90)


async def _relocated(system: Suffering, through: str, count: int) -> None:
    system.asked = lambda _: _asking(system, through)
    try:
        await system.relocate(system.accepted_plans(count))
    finally:
        system.asked = None


async def test_two_versions_side_by_side_lose_and_double_nothing(system: Suffering, directory: Path) -> None:
    tree = _next_version(directory / "next")
    known = system.installation
    async with Watcher(known) as databases:
        await _relocated(system, "mobility", 2)

        # The migration goes first, while the old version serves.
        environment = migration_environment([entry("mobility")], known.files, known.stack)
        async with asyncio.TaskGroup() as group:
            group.create_task(_relocated(system, "mobility", 2))
            said = group.create_task(_run(tree, environment, "migrate", "mobility"))
        assert "members" in said.result()

        await _upgraded(system, CALLED, tree)
        for through in ("mobility", CALLED, "mobility"):
            await _relocated(system, through, 2)
        # The leader of the relay goes, in the middle of things: the other version takes over its queue.
        async with asyncio.TaskGroup() as group:
            group.create_task(_relocated(system, CALLED, 3))
            group.create_task(system.kill("mobility"))
        await system.healed(databases)
        assert await violations(system, databases) == []

        await _upgraded(system, "mobility", tree)
        await _relocated(system, "mobility", 2)
        await system.settled(databases)
        await system.healed(databases)

        said_by = await databases.rows(
            "mobility",
            "SELECT convert_from(data, 'UTF8') LIKE '%\"edition\"%', count(*) FROM outbound"
            " WHERE subject LIKE '%transfer-accepted%' GROUP BY 1",
        )
        assert {row[0] for row in said_by} == {True, False}, "both versions have published"

        # What the old version wrote into the new read model lacks the new column, until it is rebuilt once more.
        kept = {k: v for k, v in os.environ.items() if not k.startswith("YANZHEN_")}
        await _run(
            tree, {**kept, "YANZHEN_DATA_DIR": str(system.data_dir)}, "projection", "rebuild", "mobility", "members"
        )
        moved = [id_of(plan.member_key) for plan in system.book.accepted.values()]
        query = "SELECT count(*) FROM members WHERE edition = 'next' AND member_id = ANY($1)"
        assert await databases.value("mobility", query, moved) == len(set(moved))
        assert await violations(system, databases) == []
        assert await audit(system, databases) == []
