"""Secret keys that come from outside: read from a file or the environment, newest first.

One 256-bit key per line in base64, `#` starts a comment. The first line is the key in use; the lines after it are older
ones, kept so that what they made can still be read until it has been renewed. A key's id is derived from the key
itself, so two installations can never mean different keys by one id.
"""

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from shared.kernel.errors import Invalid

KEY_BYTES = 32


def key_id(key: bytes) -> str:
    """Twelve hexadecimal characters that name the key without revealing it."""
    return hashlib.sha256(b"yanzhen key id\x00" + key).hexdigest()[:12]


def generate_key() -> str:
    """A new key, as a line for the file."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def parse_keys(text: str, *, where: str) -> dict[str, bytes]:
    """Key id → key, in the order given. Raises `Invalid` naming the line, never its content."""
    keys: dict[str, bytes] = {}
    for number, line in enumerate(text.replace(",", "\n").splitlines(), start=1):
        encoded = line.split("#", 1)[0].strip()
        if not encoded:
            continue
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise Invalid(
                "bad-key",
                f"line {number} is not a 256-bit key in base64",
                remedy="make one with `openssl rand -base64 32`",
                where=where,
            )
        keys[key_id(key)] = key
    if not keys:
        raise Invalid("no-key", "there is no key", remedy="add one line from `openssl rand -base64 32`", where=where)
    return keys


def read_key_file(path: Path, variable: str) -> dict[str, bytes]:
    """The keys of the file that a variable names. Raises `Invalid`."""
    try:
        return parse_keys(path.read_text("ascii"), where=f"the file named by {variable}")
    except (OSError, UnicodeError) as error:
        raise Invalid(
            "unreadable-key-file",
            f"the file named by {variable} cannot be read ({type(error).__name__})",
            remedy="mount it and let the service's user read it",
            where=variable,
        ) from error


def load_keys(variable: str, environment: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The keys of `<variable>_FILE`, or else of `<variable>`. A file wins: it does not show in a process list."""
    environment = os.environ if environment is None else environment
    if path := environment.get(f"{variable}_FILE"):
        return read_key_file(Path(path), f"{variable}_FILE")
    if text := environment.get(variable):
        return parse_keys(text, where=variable)
    raise Invalid("no-key", f"neither {variable}_FILE nor {variable} is set", remedy="set one of them", where=variable)
