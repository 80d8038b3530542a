"""Taking a backup of a running installation, and looking whether one is whole."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.cli.acting import acting
from services.cli.backups.barrier import Snapshot, snapshots
from services.cli.backups.keys_apart import SavedKeys, save_keys
from services.cli.backups.manifest import Manifest, SavedFile, SavedService
from services.cli.backups.postgres_tools import dump, tool
from services.cli.installation import Installation, find
from services.cli.on_record import on_record
from services.cli.output import console, progress, table
from services.cli.service_reading import database_of
from shared.kernel.errors import Invalid, Refused


async def back_up(data_dir: Path, directory: Path, keys: Path | None, actor: str | None) -> None:
    """Save every service's database to `directory`, the keys to `keys`, and print what was saved.

    A directory appears when it is whole, or not at all. Raises `Refused` (`backup-exists`), `Invalid`
    (`keys-beside-the-data`), `Unavailable`.
    """
    if keys and _together(directory, keys):
        raise Invalid(
            "keys-beside-the-data", "the keys would lie with what they open",
            remedy="let --keys name a directory elsewhere, best on another medium", where="--keys",
        )  # fmt: skip
    by = await acting(data_dir, actor)
    tool("pg_dump")
    installation = find(data_dir)
    with _appearing(directory) as staged, progress("looking at the databases") as tell:
        await _note(installation, by, "asked")
        taken_at = datetime.now(UTC)
        saved: dict[str, SavedService] = {}
        async with snapshots(installation.services) as found:
            for number, (name, snapshot) in enumerate(found.items(), 1):
                tell(f"saving {name} ({number} of {len(found)})")
                target = staged / f"{name}.dump"
                await dump(installation.service(name).owned_database, target, f"--snapshot={snapshot.id}")
                saved[name] = _described(snapshot, SavedFile.of(target))
            origin = found["registry"].first_event if "registry" in found else ""
        manifest = Manifest(str(uuid.uuid4()), taken_at, origin, saved)
        manifest.write(staged)
        manifest.check(staged)
        if keys:
            tell("saving the keys apart")
            with _appearing(keys) as apart:
                await save_keys(installation, apart, manifest)
    await _note(installation, by, "done", backup=manifest.id, keys=keys is not None)
    show(manifest)
    out = console()
    out.print(f"Saved in {directory}.", soft_wrap=True)
    if keys:
        out.print(f"The keys are in {keys}. Keep them elsewhere, and for less long than the data.", soft_wrap=True)
    else:
        out.print("Without its keys nobody's name can be read again: save them apart with --keys.", soft_wrap=True)


def look_at(directory: Path, keys: Path | None) -> None:
    """Check a backup and print it. Raises `Refused` with what is wrong."""
    with progress("reading the backup"):
        manifest = Manifest.read(directory)
        manifest.check(directory)
        if keys:
            SavedKeys.read(keys).check(keys, manifest)
    show(manifest)
    console().print(
        "Whole, and it fits together." + (" The keys open it." if keys else " The keys were not looked at.")
    )


def show(manifest: Manifest) -> None:
    """What is in it, as a table."""
    shown = table(f"Backup of {manifest.taken_at.astimezone():%Y-%m-%d %H:%M:%S}", "service", "events", "published",
                  "waiting", "has handled", "audit", "size")  # fmt: skip
    for name, one in manifest.services.items():
        handled = "\n".join(f"{source} {position}" for source, position in sorted(one.cursors.items())) or "-"
        shown.add_row(name, str(one.events), str(one.position), str(one.waiting), handled, str(one.audit[0]),
                      _size(one.file.bytes))  # fmt: skip
    console().print(shown)


async def _note(installation: Installation, by: str, outcome: str, **detail: Any) -> None:
    for service in installation.services.values():
        async with database_of(service) as engine:
            await on_record(engine, by, "backup.take", outcome=outcome, **detail)


def _described(snapshot: Snapshot, file: SavedFile) -> SavedService:
    return SavedService(
        file, snapshot.position, snapshot.waiting, snapshot.events, snapshot.cursors, snapshot.audit, snapshot.revisions
    )


def _together(one: Path, other: Path) -> bool:
    one, other = one.resolve(), other.resolve()
    return one.is_relative_to(other) or other.is_relative_to(one)


@contextmanager
def _appearing(directory: Path) -> Iterator[Path]:
    """A place beside the final one, moved there when all went well and deleted when not."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Refused(
            "backup-exists", "there is something there already", remedy="name a directory that is empty or not there yet",
            where=str(directory),
        )  # fmt: skip
    directory = directory.resolve()
    staged = directory.with_name(f".{directory.name}.unfinished-{os.getpid()}")
    try:
        staged.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise Invalid(
            "backup-directory",
            f"{directory} cannot be made ({error.strerror})",
            remedy="name one that you may write to",
        ) from error
    try:
        yield staged
        for path in (*staged.iterdir(), staged):
            _to_disk(path)
        staged.replace(directory)  # over an empty directory too
        _to_disk(directory.parent)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"
