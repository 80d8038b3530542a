"""NKeys: a seed per role, kept in a file; the broker knows only the public half."""

import os
from pathlib import Path

import nkeys

from shared.kernel.errors import Invalid
from shared.security.secret_files import create_once

SUFFIX = ".nk"


def ensure_seed(directory: Path, role: str) -> Path:
    """The file with the role's seed, made if it does not exist."""
    path = directory / f"{role}{SUFFIX}"
    create_once(path, nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER).decode("ascii") + "\n")
    return path


def public_key(seed_file: Path) -> str:
    """The public key (`U…`) of the seed in that file. Raises `Invalid` (`bad-nkey-seed`), never quoting it."""
    try:
        pair = nkeys.from_seed(bytearray(seed_file.read_bytes().strip()))
        key = pair.public_key.decode("ascii")
        pair.wipe()
    except Exception as error:  # the library raises its own kinds, and base64's
        raise Invalid(
            "bad-nkey-seed",
            f"the file does not hold the seed of an NKey ({type(error).__name__})",
            remedy="restore it; or delete it and start again, which makes a new identity",
            where=str(seed_file),
        ) from error
    return str(key)
