"""Rotating the key-encryption key: every person's key wrapped anew, while the services run."""

from pathlib import Path

from services.cli.acting import acting
from services.cli.installation import Installation, find
from services.cli.keyring_access import kek_file, key_encryption, keyring_of
from services.cli.on_record import on_record
from services.cli.output import console, progress, table
from services.cli.service_reading import database_of
from shared.embedded.data_dir import write_private
from shared.kernel.errors import Refused
from shared.privacy.key_material import generate_key, key_id, parse_keys
from shared.privacy.postgres_keyring import PostgresKeyring
from shared.privacy.resolve_subject import DOOR


async def rotate(data_dir: Path, *, new_key: bool, retire: bool, actor: str | None) -> None:
    """Wrap every person's key under the current key-encryption key. May be interrupted and repeated at any point.

    Raises `Refused` (`no-key-file`, `kek-in-use`).
    """
    installation = find(data_dir)
    by = await acting(data_dir, actor)
    async with database_of(installation.service(DOOR)) as registry:
        await on_record(registry, by, "privacy.rotate", new_key=new_key, retire=retire)
        if new_key:
            _prepend(_file(installation))
        async with keyring_of(installation) as keyring:
            renewed = await _rewrap(keyring)
            retired = await _retire(installation, keyring) if retire else []
            versions = await keyring.versions()
        current = await key_encryption(installation).current()
        await on_record(registry, by, "privacy.rotate", outcome="done", renewed=renewed, retired=retired)
    shown = table("Key-encryption keys", "id", "persons' keys", "state")
    for version in sorted({*versions, *_known(installation), current}, key=lambda one: (one != current, one)):
        shown.add_row(version, str(versions.get(version, 0)), "current" if version == current else "old")
    for version in retired:
        shown.add_row(version, "0", "retired")
    out = console()
    out.print(shown)
    out.print(f"{renewed} keys were wrapped anew.")


async def _rewrap(keyring: PostgresKeyring) -> int:
    total = 0
    with progress("wrapping keys anew") as tell:
        while done := await keyring.rewrap():
            total += done
            tell(f"wrapping keys anew: {total}")
    return total


async def _retire(installation: Installation, keyring: PostgresKeyring) -> list[str]:
    """Every version but the current one: out of use in the database first, then out of the file."""
    path = _file(installation)
    current = await key_encryption(installation).current()
    old = [version for version in _known(installation) if version != current]
    for version in old:
        await keyring.retire(version)
    lines = [line for line in path.read_text("ascii").splitlines() if not _is_one_of(line, old)]
    write_private(path, "\n".join(lines) + "\n")
    return old


def _prepend(path: Path) -> None:
    # Written beside and moved over: a service that reads meanwhile finds the old file or the new one, never half of one.
    write_private(path, f"{generate_key()}\n{path.read_text('ascii')}")


def _known(installation: Installation) -> list[str]:
    path = kek_file(installation)
    return list(parse_keys(path.read_text("ascii"), where=str(path))) if path else []


def _is_one_of(line: str, versions: list[str]) -> bool:
    if not line.split("#", 1)[0].strip():
        return False
    return any(key_id(key) in versions for key in parse_keys(line, where="the key file").values())


def _file(installation: Installation) -> Path:
    path = kek_file(installation)
    if path is None:
        raise Refused(
            "no-key-file",
            "the key-encryption key is not in a file that this command could change",
            remedy="make and retire versions where the keys are (KMS, HSM); `yanzhen privacy rotate` alone re-wraps",
        )
    return path
