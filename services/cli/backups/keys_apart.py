"""The keys, saved apart from what they open: the keyring, and the files with the key-encryption and the index keys.

Whoever finds a backup of the databases can read nobody's name. That holds only while the keys lie elsewhere, so they go to a
directory of their own, and only when they are asked for.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self

import asyncpg

from services.cli.backups.manifest import FORMAT, Manifest, SavedFile, read_signed, write_signed
from services.cli.backups.postgres_tools import dump
from services.cli.installation import Installation
from services.cli.keyring_access import kek_file, keyring_url
from services.cli.stack_files import StackFiles
from shared.embedded.data_dir import write_private
from shared.kernel.errors import Invalid, Refused
from shared.privacy.key_material import parse_keys
from shared.runtime.process import VERSION
from shared.runtime.secret_settings import secret

NAME: Final = "keys.json"
KEYRING_FILE: Final = "keyring.dump"
KEK: Final = "kek.key"
INDEX: Final = "index.key"
_TABLES: Final = ("--data-only", "--table=person_keys", "--table=retired_keks", "--no-privileges")
_KEKS: Final = "SELECT DISTINCT kek_id FROM person_keys WHERE kek_id IS NOT NULL ORDER BY 1"


@dataclass(frozen=True, slots=True)
class SavedKeys:
    """`keks` are the ids of the key-encryption keys that the saved keyring needs; they are hashes of the keys."""

    backup: str
    installation: str
    taken_at: datetime
    keks: tuple[str, ...]
    files: tuple[SavedFile, ...]
    software: str = VERSION
    format: int = FORMAT

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Raises `Refused`."""
        content = read_signed(directory / NAME)
        return cls(
            content["backup"], content["installation"], datetime.fromisoformat(content["taken_at"]),
            tuple(content["keks"]), tuple(SavedFile(**one) for one in content["files"]),
        )  # fmt: skip

    def check(self, directory: Path, manifest: Manifest) -> None:
        """That they are whole and open that backup. Raises `Refused` (`wrong-keys`, `keys-too-old`, …)."""
        if self.installation != manifest.installation:
            raise Refused(
                "wrong-keys", "these are the keys of another installation", where=str(directory),
                remedy="name the directory that was given as --keys when this backup was taken, or a later one of it",
            )  # fmt: skip
        if self.taken_at < manifest.taken_at:
            raise Refused(
                "keys-too-old", f"these keys are from {self.taken_at:%Y-%m-%d %H:%M:%S}, before the backup",
                remedy="name keys saved with it or later: who was entered in between would be lost", where=str(directory),
            )  # fmt: skip
        for file in self.files:
            file.check(directory)
        path = directory / KEK
        if path.exists():
            held = parse_keys(path.read_text("ascii"), where=str(path))
            if lacking := [one for one in self.keks if one not in held]:
                raise Refused(
                    "wrong-keys", f"{KEK} lacks the key-encryption key {lacking[0]}", where=str(path),
                    remedy="put the file back that belongs to this keyring: without it every name is lost",
                )  # fmt: skip


async def save_keys(installation: Installation, directory: Path, manifest: Manifest) -> SavedKeys:
    """After the databases, so that every key that they need is in it. Raises `Unavailable`."""
    url = keyring_url(installation)
    await dump(url, directory / KEYRING_FILE, *_TABLES)
    connection = await asyncpg.connect(url, timeout=10)
    try:
        # Keys that are wrapped anew meanwhile may name one that is not needed yet; the file read afterwards has it.
        keks = tuple(row[0] for row in await connection.fetch(_KEKS))
        moment = await connection.fetchval("SELECT now()")
    finally:
        await connection.close()
    names = [KEYRING_FILE]
    if path := kek_file(installation):
        write_private(directory / KEK, path.read_text("ascii"))
        names.append(KEK)
    write_private(directory / INDEX, _index_key(installation))
    files = tuple(SavedFile.of(directory / name) for name in [*names, INDEX])
    saved = SavedKeys(manifest.id, manifest.installation, max(moment, manifest.taken_at), keks, files)
    write_signed(directory / NAME, {**asdict(saved), "taken_at": saved.taken_at.isoformat()})
    return saved


def put_key_files(files: StackFiles, directory: Path) -> None:
    """Let an installation on this machine use them. Raises `Refused` (`other-keys-here`) before one is overwritten."""
    for name in (KEK, INDEX):
        path, target = directory / name, files.secrets / name
        if not path.exists():
            continue
        text = path.read_text("ascii")
        if target.exists() and target.read_text("ascii") != text:
            raise Refused(
                "other-keys-here",
                f"{target} holds another key",
                remedy="restore into a directory that is not there yet",
            )
        target.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(target, text)


def _index_key(installation: Installation) -> str:
    if text := secret("YANZHEN_INDEX_KEY"):
        return text.rstrip("\n") + "\n"
    if installation.record:
        return installation.files.key_file("index").read_text("ascii")
    raise Invalid(
        "no-key", "nothing says where the index key is", remedy="set YANZHEN_INDEX_KEY_FILE", where="YANZHEN_INDEX_KEY"
    )
