"""Bringing an installation back: into empty servers, checked before anything is changed and again when it is there."""

from pathlib import Path

import asyncpg

from services.cli.acting import acting
from services.cli.backups import emptiness, erased_since
from services.cli.backups.erased_since import GROUND, Erased
from services.cli.backups.keys_apart import KEYRING_FILE, SavedKeys
from services.cli.backups.manifest import Manifest
from services.cli.backups.postgres_tools import load, tool
from services.cli.backups.target import target
from services.cli.installation import Installation, KnownService
from services.cli.keyring_access import keyring_of, keyring_url
from services.cli.on_record import on_record
from services.cli.output import console, progress
from services.cli.service_reading import database_of
from services.cli.streams import make_anew
from shared.eventstore.audit import Anchor, ChainCheck
from shared.eventstore.postgres import audit_trail
from shared.kernel.errors import Refused
from shared.kernel.json import from_json
from shared.privacy.resolve_subject import DOOR

_HEADS = "SELECT (SELECT coalesce(max(position), 0) FROM outbound), (SELECT count(*) FROM events)"
_ANCHORS = "SELECT data FROM outbound WHERE subject LIKE $1 || '.evt.audit.audit-anchored.v1.%'"
_ONE = "SELECT person_id FROM person_keys WHERE destroyed_at IS NULL ORDER BY created_at DESC LIMIT 1"


async def restore(
    data_dir: Path, directory: Path, keys: Path, erased: Path | None, actor: str | None, *, streams_from_database: bool
) -> None:
    """Restore and print what is there now; the services are started afterwards, by whoever starts them otherwise.

    Raises `Refused`, `Invalid`, `Unavailable`; a data directory that was made for it is then gone again.
    """
    by = await acting(data_dir, actor)
    tool("pg_restore")
    with progress("reading the backup") as tell:
        manifest = Manifest.read(directory)
        manifest.check(directory)
        saved_keys = SavedKeys.read(keys)
        saved_keys.check(keys, manifest)
        wanted = _list_of_erasures(erased, saved_keys)
        async with target(data_dir, keys, tell) as installation:
            tell("looking whether there is room")
            await emptiness.check_databases(installation)
            streams = await emptiness.check_streams(installation, manifest)
            if streams and not streams_from_database:
                raise emptiness.streams_in_the_way(streams, manifest)
            for number, (name, saved) in enumerate(manifest.services.items(), 1):
                tell(f"restoring {name} ({number} of {len(manifest.services)})")
                service = installation.service(name)
                await emptiness.make_bare(service.owned_database)
                await load(service.owned_database, directory / saved.file.name)
                await _check_loaded(service, manifest)
            tell("restoring the keys")
            await load(keyring_url(installation), keys / KEYRING_FILE, "--data-only")
            await _try_the_keys(installation)
            tell("erasing again who was erased since")
            if streams:
                wanted = dict.fromkeys(
                    await erased_since.told_by_the_stream(installation, manifest.services[DOOR].position), GROUND
                ) | dict(wanted)
                # Their positions begin at one again, and mean what the databases say.
                async with installation.broker() as client:
                    await make_anew(client, streams)
            wanted = dict.fromkeys(await erased_since.buried(installation), GROUND) | dict(wanted)
            again = await erased_since.erase_again(installation, wanted, by)
            for service in installation.services.values():
                async with database_of(service) as engine:
                    await on_record(
                        engine, by, "backup.restore", outcome="done", backup=manifest.id, erased_again=again
                    )
            start = (
                f"yanzhen up --data-dir {data_dir}" if installation.files.seed("operator").exists() else "the services"
            )
    out = console()
    out.print(f"Restored as of {manifest.taken_at.astimezone():%Y-%m-%d %H:%M:%S}; the audit trails are unbroken.")
    out.print(
        f"{again} persons are erased again. Start {start}: the streams are filled from the databases.", soft_wrap=True
    )


def _list_of_erasures(path: Path | None, keys: SavedKeys) -> Erased:
    if path is None:
        raise Refused(
            "who-was-erased", f"the keys are from {keys.taken_at:%Y-%m-%d %H:%M} UTC: whoever was erased after that would"
            " be back", remedy="name them in a file, one id a line (empty: nobody), with --erased",
        )  # fmt: skip
    return erased_since.read_list(path)


async def _check_loaded(service: KnownService, manifest: Manifest) -> None:
    """What is there is what was saved, and nobody has touched the trail of who looked at whose data."""
    saved = manifest.services[service.name]
    connection = await asyncpg.connect(service.owned_database, timeout=10)
    try:
        position, events = await connection.fetchrow(_HEADS)
        told = [from_json(bytes(row[0])) for row in await connection.fetch(_ANCHORS, service.name)]
        # Without statistics the first hours would be slow.
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    if (position, events) != (saved.position, saved.events):
        raise Refused(
            "not-what-was-saved", f"{service.name} has {events} events, {saved.events} were saved",
            remedy="take another backup: this one does not restore",
        )  # fmt: skip
    anchors = [Anchor(int(one["number"]), str(one["hash"])) for one in told]
    check = ChainCheck([*anchors, *([Anchor(*saved.audit)] if saved.audit[0] else [])])
    async with database_of(service) as engine:
        async for record in audit_trail.read(engine):
            check.see(record)
    if faults := check.faults():
        raise Refused(
            "audit-broken", f"the audit trail of {service.name} in the backup: no. {faults[0].number} {faults[0].what}",
            remedy="somebody changed it before it was saved: see docs/runbooks/audit.md, and take an earlier backup",
        )  # fmt: skip


async def _try_the_keys(installation: Installation) -> None:
    """Unwrap one: a key that does not open is better found now than at the first name."""
    connection = await asyncpg.connect(keyring_url(installation), timeout=10)
    try:
        person = await connection.fetchval(_ONE)
    finally:
        await connection.close()
    if person is not None:
        async with keyring_of(installation) as keyring:
            await keyring.keys([person])
