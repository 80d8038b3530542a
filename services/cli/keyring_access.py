"""The keyring for a command that may touch it: rotation, and nothing else."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services.cli.installation import Installation
from services.cli.service_databases import address, with_password
from shared.kernel.errors import Unavailable
from shared.privacy.choose_key_encryption import choose_key_encryption
from shared.privacy.key_encryption import KeyEncryption
from shared.privacy.postgres_keyring import PostgresKeyring
from shared.privacy.resolve_subject import DOOR
from shared.runtime.connect import make_engine
from shared.runtime.secret_settings import secret
from shared.security.database_roles import KEYRING, role_of

_VARIABLES = ("YANZHEN_KEK_COMMAND", "YANZHEN_KEK_FILE", "YANZHEN_KEK")


def kek_file(installation: Installation) -> Path | None:
    """The file with the key-encryption keys, where there is one: the environment's, else the local installation's."""
    if any(os.environ.get(variable) for variable in _VARIABLES):
        named = os.environ.get("YANZHEN_KEK_FILE")
        return Path(named) if named and not os.environ.get("YANZHEN_KEK_COMMAND") else None
    return installation.files.key_file("kek") if installation.record else None


def key_encryption(installation: Installation) -> KeyEncryption:
    """As the services have it. Raises `Invalid` when nothing says where the keys are."""
    path = kek_file(installation)
    environment = dict(os.environ) | ({"YANZHEN_KEK_FILE": str(path)} if path else {})
    return choose_key_encryption(environment)


@asynccontextmanager
async def keyring_of(installation: Installation) -> AsyncIterator[PostgresKeyring]:
    """The keyring. Raises `Unavailable` (`unknown-database`)."""
    engine = make_engine(keyring_url(installation), pool_size=2)
    try:
        yield PostgresKeyring(engine, key_encryption(installation))
    finally:
        await engine.dispose()


def keyring_url(installation: Installation) -> str:
    """Where the keyring is, as its operator, with the password. Raises `Unavailable` (`unknown-database`)."""
    if url := secret("YANZHEN_KEYRING_URL", os.environ):
        return url
    noted = installation.record.get("services", {}).get(DOOR, {}).get("database")
    if noted is None:
        raise Unavailable(
            "unknown-database",
            "nothing says where the keyring is",
            remedy="start the installation with `yanzhen up`, or set YANZHEN_KEYRING_URL",
        )
    return with_password(address(noted, KEYRING), installation.files.password(role_of(KEYRING)))
