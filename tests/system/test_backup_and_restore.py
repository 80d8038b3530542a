"""A backup taken in the middle of things, restored elsewhere: what was under way goes on, once, and in order."""

import asyncio
import contextlib
import copy
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg
import pytest

from services.cli.backups.keys_apart import KEK
from services.cli.backups.keys_apart import NAME as KEYS
from services.cli.backups.manifest import NAME as MANIFEST
from services.cli.backups.manifest import Manifest, SavedFile, read_signed, write_signed
from services.cli.backups.restoring import restore
from services.cli.badges import clerk
from services.cli.demo.clerks import Clerks, Tally
from services.cli.demo.county.relocation_model import Relocation
from services.cli.demo.ids import id_of
from shared.embedded.data_dir import erase
from shared.embedded.stack import NATS_URL_VARIABLE
from shared.kernel.errors import Refused
from shared.privacy.key_material import generate_key
from shared.security.database_roles import KEYRING
from tests.system.audit import audit
from tests.system.support import IMPATIENT, Moment, Said, System, Watcher, until

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("system")]


@dataclass
class Saved:
    """The backup and its keys; what had been done before, and what was under way."""

    directory: Path
    keys: Path
    book: Tally
    plans: list[Relocation]
    said: Said


@pytest.fixture(scope="module")
def saved(system: System) -> Iterator[Saved]:
    place = Path(tempfile.mkdtemp(prefix="yanzhen-backup-"))

    async def in_the_middle() -> Saved:
        async with Watcher(system.installation) as databases:
            book, plans = copy.deepcopy(system.book), system.plans(12)
            reached = await Moment(databases, random.Random(7)).of("notify", 60)
            async with asyncio.TaskGroup() as group:
                group.create_task(system.relocate(plans))
                await reached()
                said = await system.say(
                    "backup", str(place / "data"), "--keys", str(place / "keys"), "--by", "keeper-1"
                )
            await system.settled(databases)
        assert said.code == 0, said.err
        return Saved(place / "data", place / "keys", book, plans, said)

    try:
        yield system.background.do(in_the_middle(), 120)
    finally:
        shutil.rmtree(place)


@contextlib.contextmanager
def another(system: System) -> Iterator[System]:
    """An installation in another place, with nothing but the identities at the broker."""
    directory = Path(tempfile.mkdtemp(prefix="yanzhen-restored-"))
    os.chmod(directory, 0o711)
    shutil.copytree(system.data_dir / "credentials", directory / "credentials")
    other = System(directory)
    try:
        yield other
    finally:
        other.close()
        erase(directory)


def bystander(system: System) -> str:
    """A member who is in no plan."""
    moving = {plan.member_key for plan in system.world.relocations}
    return next(id_of(m.key) for t in system.world.territories for m in t.members if m.key not in moving)


async def test_what_was_under_way_goes_on_in_another_place(system: System, saved: Saved, tmp_path: Path) -> None:
    assert "Saved in" in saved.said.out
    assert "has handled" in saved.said.out
    manifest = Manifest.read(saved.directory)
    async with Watcher(system.installation) as databases:
        end = await databases.value("notify", "SELECT max(position) FROM outbound")
    # How much is under way at that moment is a matter of the machine's speed: a fast one may have said it all.
    assert 0 < manifest.services["notify"].position <= end
    assert (saved.directory / MANIFEST).stat().st_mode & 0o077 == 0
    assert {path.name for path in saved.keys.iterdir()}.isdisjoint(path.name for path in saved.directory.iterdir())
    # Somebody is erased after the backup; nobody writes it down, but the old broker knows.
    forgotten = bystander(system)
    gone = await system.say("privacy", "erase", forgotten, "--ground", "unlawful", "--yes")
    assert "is erased" in gone.out, gone.err
    nobody = tmp_path / "erased.txt"
    nobody.touch()
    with another(system) as other:
        old_broker = {
            **other.outside(),
            NATS_URL_VARIABLE: system.installation.stack.nats_url,
            "YANZHEN_DEVELOPMENT": "1",
        }
        command = ("restore", str(saved.directory), "--keys", str(saved.keys), "--erased", str(nobody))

        async def restored(*options: str) -> Said:
            return await other.say(*command, *options, environment=old_broker)

        refused = await restored()
        assert (refused.code, refused.err.count("--streams-from-database")) == (1, 1), refused.err
        done = await restored("--streams-from-database")
        assert done.code == 0, done.err
        assert "1 persons are erased again" in done.out
        again = await restored("--streams-from-database")
        assert (again.code, "target-not-empty" in again.err) == (1, True), again.err

        other.book = copy.deepcopy(saved.book)
        other.start(IMPATIENT)
        async with Watcher(other.installation) as databases:
            await go_on(other, databases, saved, system.book)
            await settled(other, databases)
            assert await audit(other, databases, same_providers=False) == []
            assert await erased(other, databases, forgotten)
        trails = await other.say("audit", "verify")
        assert (trails.code, trails.out.count("unbroken")) == (0, 4), trails.out
        records = await other.say("audit", "list", "--actor", "keeper-1")
        assert "backup.take" in records.out
    # The installation whose streams were deleted has filled them again, from its own databases.
    async with Watcher(system.installation) as databases:
        await system.settled(databases)
        await until("the streams are filled again", lambda: _sound(system, databases), 45)


async def go_on(system: System, databases: Watcher, saved: Saved, lost: Tally) -> None:
    """Everybody does again what they know not to be answered; what the backup holds is answered as it was then."""
    rows = await databases.rows("mobility", "SELECT data->>'transfer_id' FROM events WHERE type = 'transfer-accepted'")
    accepted = {row[0] for row in rows}
    taken = {id_: plan for id_, plan in lost.accepted.items() if plan in saved.plans and id_ in accepted}
    system.book.accepted |= taken
    async with system.patient("mobility") as mobility:
        clerks = Clerks(mobility, system.world)
        clerks.tally = system.book
        for transfer_id, plan in taken.items():
            await clerks.take_in(transfer_id, id_of(plan.attempts[-1].committee_key))
            await system.acknowledge(transfer_id)
    await system.relocate([plan for plan in saved.plans if plan not in taken.values()])


async def settled(system: System, databases: Watcher) -> None:
    """Whoever was being told on every channel when the backup was taken is told again because somebody asks for it.

    No provider here knows of those messages, so they expire; otherwise it would be tried again when the relocation is late.
    """
    query = """
        SELECT relocation_id, party_id, to_committee_id
        FROM propagation JOIN transfers ON transfer_id = relocation_id WHERE step IN ('email', 'sms')
        GROUP BY 1, 2, 3 HAVING bool_and(state IS NOT DISTINCT FROM 'failed')
    """

    asked = set()

    async def ask() -> None:
        async with system.patient("mobility") as mobility:
            while True:
                for relocation_id, party_id, receiver in await databases.rows("mobility", query):
                    if (relocation_id, party_id) not in asked:
                        body = {"by": receiver, "party_id": party_id}
                        asked.add((relocation_id, party_id))
                        await mobility.call(
                            "POST", f"/relocations/{relocation_id}/retries", body, actor=clerk(receiver)
                        )
                await asyncio.sleep(0.5)

    asking = asyncio.create_task(ask())
    try:
        await system.settled(databases)
    finally:
        asking.cancel()
    # A relocation waits for one channel of those that were tried again, not for all.
    under_way = "SELECT count(*) FROM messages WHERE status NOT IN ('delivered', 'undelivered', 'forgotten')"

    async def answered() -> bool:
        return bool(await databases.value("notify", under_way) == 0)

    await until("every message has its end", answered)


async def _sound(system: System, databases: Watcher) -> bool:
    return await audit(system, databases) == []


async def erased(system: System, databases: Watcher, person: str) -> bool:
    async def done() -> bool:
        return bool(
            await databases.value("registry", "SELECT count(done_at) FROM erasures WHERE person_id = $1", person)
        )

    await until("the registry has erased the person again", done)
    assert await databases.value("registry", "SELECT count(*) FROM blind_index WHERE owner = $1", person) == 0
    connection = await asyncpg.connect(system.installation.database_url(KEYRING))
    try:
        query = "SELECT wrapped_key IS NULL FROM person_keys WHERE person_id = $1"
        return bool(await connection.fetchval(query, person))
    finally:
        await connection.close()


def refusal(saved: Saved, tmp_path: Path, what: str) -> str:
    """What restoring says after `what` was done to a copy of the backup. It starts nothing and makes nothing."""
    data, keys = tmp_path / "data", tmp_path / "keys"
    shutil.copytree(saved.directory, data)
    shutil.copytree(saved.keys, keys)
    given: Path | None = tmp_path / "erased.txt"
    (tmp_path / "erased.txt").touch()
    manifest, saved_keys = read_signed(data / MANIFEST), read_signed(keys / KEYS)
    if what == "a file cut":
        path = data / "mobility.dump"
        os.truncate(path, path.stat().st_size - 1)
    elif what == "a file missing":
        (data / "notify.dump").unlink()
    elif what == "no manifest":
        (data / MANIFEST).unlink()
    elif what == "a manifest edited":
        text = (data / MANIFEST).read_text()
        (data / MANIFEST).write_text(text.replace(manifest["id"], "another"))
    elif what == "a newer version":
        write_signed(data / MANIFEST, {**manifest, "software": "99.0.0"})
    elif what == "cursors ahead":
        manifest["services"]["registry"]["position"] = 1
        write_signed(data / MANIFEST, manifest)
    elif what == "keys of another installation":
        write_signed(keys / KEYS, {**saved_keys, "installation": "another"})
    elif what == "keys from before":
        write_signed(keys / KEYS, {**saved_keys, "taken_at": "2020-01-01T00:00:00+00:00"})
    elif what == "another key":
        (keys / KEK).write_text(generate_key() + "\n")
        write_signed(keys / KEYS, {**saved_keys, "files": [asdict(SavedFile.of(keys / KEK))]})
    elif what == "nobody says who was erased":
        given = None
    target = tmp_path / "target"
    with pytest.raises(Refused) as caught:
        asyncio.run(restore(target, data, keys, given, "keeper-1", streams_from_database=False))
    assert not target.exists()
    said = str(caught.value)
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("what", "code", "remedy"),
    [
        ("a file cut", "backup-file-damaged", "copy the backup again"),
        ("a file missing", "backup-file-missing", "copy the backup again"),
        ("no manifest", "no-backup", "was not finished"),
        ("a manifest edited", "backup-file-damaged", "copy the backup again"),
        ("a newer version", "backup-of-another-version", "restore it with Yanzhen 99.0.0"),
        ("cursors ahead", "backup-inconsistent", "take another backup"),
        ("keys of another installation", "wrong-keys", "name the directory"),
        ("keys from before", "keys-too-old", "name keys saved with it or later"),
        ("another key", "wrong-keys", "put the file back"),
        ("nobody says who was erased", "who-was-erased", "--erased"),
    ],
)
def test_what_cannot_be_restored_is_refused_with_what_to_do(
    saved: Saved, tmp_path: Path, what: str, code: str, remedy: str
) -> None:
    said = refusal(saved, tmp_path, what)
    assert code in said
    assert remedy in said


async def test_a_backup_is_looked_at_without_an_installation(system: System, saved: Saved, tmp_path: Path) -> None:
    said = await system.say(
        "backup", str(saved.directory), "--keys", str(saved.keys), "--verify", "--data-dir", str(tmp_path / "nothing")
    )
    assert said.code == 0, said.err
    assert "The keys open it." in said.out


async def test_keys_are_not_put_beside_the_data_and_nothing_is_overwritten(
    system: System, saved: Saved, tmp_path: Path
) -> None:
    beside = await system.say("backup", str(tmp_path / "new"), "--keys", str(tmp_path / "new" / "keys"))
    assert (beside.code, "keys-beside-the-data" in beside.err) == (2, True)
    over = await system.say("backup", str(saved.directory))
    assert (over.code, "backup-exists" in over.err) == (1, True)
    assert os.listdir(tmp_path) == []


async def test_a_running_installation_is_not_restored_over(system: System, saved: Saved, tmp_path: Path) -> None:
    nobody = tmp_path / "erased.txt"
    nobody.touch()
    said = await system.say("restore", str(saved.directory), "--keys", str(saved.keys), "--erased", str(nobody))
    assert said.code == 1
    assert "other-keys-here" in said.err or "stack-already-running" in said.err
