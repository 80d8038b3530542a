"""PostgreSQL is lost and comes back from a backup that was taken while everything ran: `docs/runbooks/restored-backup.md`,
followed step by step.

Always on the embedded servers: how a base backup is put back is the same everywhere, where the files lie is not.
"""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from services.cli.catalogue import NAMES
from services.cli.demo.county.relocation_model import Relocation
from shared.embedded.postgres_home import installation, server_account
from shared.security.database_roles import role_of
from tests.chaos.invariants import violations
from tests.chaos.world import Suffering
from tests.system.audit import audit
from tests.system.support import Watcher, until

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("chaos")]


@pytest.fixture
def system(directory: Path) -> Iterator[Suffering]:
    system = Suffering(directory, planned=60, embedded=True)
    try:
        system.start_suffering()
        yield system
    finally:
        system.close()


async def _base_backup(system: Suffering, to: Path) -> None:
    """What pg_basebackup makes while everything runs: one point in time of all databases together."""
    home = system.installation.stack.children["postgres"].spec.cwd
    program = installation(server_account(home)) / "bin" / "pg_basebackup"
    at = urlsplit(system.servers.admin_url)
    process = await asyncio.create_subprocess_exec(
        str(program), "-h", str(at.hostname), "-p", str(at.port), "-U", str(at.username), "-D", str(to), "-X", "stream",
        "--checkpoint=fast", env={"PGPASSWORD": str(at.password), "PATH": os.defpath},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


def _put_back(backup: Path, data: Path) -> None:
    owner = data.stat()
    shutil.rmtree(data)
    shutil.copytree(backup, data)
    for path in (data, *data.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    data.chmod(0o700)


async def _stop(system: Suffering) -> None:
    children = [*system.installation.children.values(), *system.replicas.values()]
    await asyncio.gather(*(system.background.there(child.stop()) for child in children))


async def _start(system: Suffering) -> None:
    children = [*system.installation.children.values(), *system.replicas.values()]
    await asyncio.gather(*(system.background.there(child.start()) for child in children))


async def _ahead(system: Suffering) -> bool:
    said = [str(await system.ready(name)) for name in NAMES]
    return all("the database has given positions up to" in one for one in said)


def _forget(system: Suffering, lost: list[Relocation]) -> None:
    """The book says again what the restored databases can know."""
    keys = {plan.key for plan in lost}
    for page in (system.book.accepted, system.book.rejected, system.book.unanswered):
        for identity in [one for one, plan in page.items() if plan.key in keys]:
            del page[identity]
    kept = {*system.book.accepted, *system.book.rejected}
    system.book.corrected = {again: before for again, before in system.book.corrected.items() if again in kept}


async def test_a_restored_backup_stops_the_relays_and_the_procedure_brings_everything_back(
    system: Suffering, directory: Path
) -> None:
    lost = await _relocated_then_restored(system, directory)
    async with Watcher(system.installation) as databases:
        # 4. Everything goes on from the point of the backup, and what was lost is asked for again by those who know.
        await system.relocate(system.plans(4))
        await system.settled(databases)
        await system.healed(databases)
        await _reports_about_the_lost_are_discarded(system, databases, lost)
        found = [*await violations(system, databases), *await audit(system, databases)]
    # The providers cannot be set back: they have sent what the databases no longer know of, and those that were at work
    # when the database came back have read of it in the streams and had it sent again.
    assert [one for one in found if "the provider took" not in one and "the provider was given" not in one] == []
    verified = await system.say("audit", "verify")
    assert verified.code == 0, verified.out


async def _reports_about_the_lost_are_discarded(system: Suffering, databases: Watcher, lost: set[str]) -> None:
    """Outside systems had confirmed what is no more: each such report is set aside, none is applied to anything."""
    rows = await databases.rows("mobility", "SELECT id, key, code FROM dead_letters WHERE status = 'dead'")
    assert {(row[1], row[2]) for row in rows} == {(f"ack-{identity}", "relocation-unknown") for identity in lost}
    for row in rows:
        done = await system.say("dlq", "discard", "mobility", str(row[0]), "--yes")
        assert done.code == 0, done.err

    async def settled() -> bool:
        return not await databases.value("mobility", "SELECT count(*) FROM dead_letters WHERE status <> 'discarded'")

    await until("the reports are discarded", settled, 60)


async def _relocated_then_restored(system: Suffering, directory: Path) -> set[str]:
    """Returns the ids of the relocations that are lost."""
    async with Watcher(system.installation) as databases:
        await system.relocate(system.plans(4))
        await system.settled(databases)
        backup = directory / "backup"
        await _base_backup(system, backup)
        lost = system.plans(4)
        await system.relocate(lost)
        await system.settled(databases)

    # 1. The database server comes back from the backup: older than the streams.
    async with system.servers.stopped("postgres") as data:
        _put_back(backup, data)
    await until("every relay refuses to write over others' past", lambda: _ahead(system), 180)

    # 2. The operator stops the services. They have read on in the streams meanwhile, so the backup is put back once more.
    kept = directory / "kept"
    await _refused(system, kept, "services-running")
    await _stop(system)
    async with system.servers.stopped("postgres") as data:
        _put_back(backup, data)

    # 3. The streams are made to follow the databases, which have to be of one point.
    await _moved(system, 1_000)
    await _refused(system, kept, "databases-apart")
    await _moved(system, -1_000)
    done = await system.say("stream", "realign", "--keep", str(kept))
    assert done.code == 0, done.err
    again = await system.say("stream", "realign", "--keep", str(directory / "nothing"))
    assert (again.code, "nothing was changed" in again.out) == (0, True), again.err
    await _start(system)
    before = set(system.book.accepted)
    _forget(system, lost)
    gone = before - set(system.book.accepted)
    _was_kept(kept, gone)
    return gone


async def _refused(system: Suffering, keep: Path, code: str) -> None:
    said = await system.say("stream", "realign", "--keep", str(keep))
    assert (said.code, code in said.err) == (1, True), said.err


async def _moved(system: Suffering, by: int) -> None:
    """Mobility's database says that it has handled more of assessment than assessment has published."""
    connection = await asyncpg.connect(system.servers.database_url(role_of("mobility")))
    try:
        await connection.execute("UPDATE cursors SET position = position + $1 WHERE source = 'OUT_ASSESSMENT'", by)
    finally:
        await connection.close()


def _was_kept(directory: Path, gone: set[str]) -> None:
    """The only record of what was decided after the backup."""
    told = [json.loads(line) for line in (directory / "OUT_MOBILITY.jsonl").read_text().splitlines()]
    accepted = {
        one["data"]["transfer_id"] for one in told if one["headers"]["ce-type"].endswith("transfer-accepted.v1")
    }
    assert accepted == gone != set()
    assert [one["position"] for one in told] == list(range(told[0]["position"], told[0]["position"] + len(told)))
