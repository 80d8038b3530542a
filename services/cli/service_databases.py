"""One database and one role per service, and the keyring's own: no service can read another's tables."""

from urllib.parse import quote, urlsplit

import asyncpg

from services.cli.stack_files import StackFiles
from shared.embedded.databases import ensure_database, ensure_role
from shared.kernel.errors import Unavailable
from shared.privacy.keyring_schema import create_keyring_schema
from shared.runtime.connect import make_engine

KEYRING = "keyring"


def role_of(name: str) -> str:
    """The role, and the database of the same name, of a service or of the keyring."""
    return f"yanzhen_{name}"


def address(admin_url: str, name: str) -> str:
    """Where a service's database is, without the password."""
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(scheme="postgresql", netloc=f"{role_of(name)}@{host}", path=f"/{role_of(name)}").geturl()


def with_password(url: str, password: str) -> str:
    """The address ready for connecting: for an environment or an engine, never for a log or a command line."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()


async def create_databases(admin_url: str, files: StackFiles, services: list[str]) -> None:
    """Create what is missing, safe to repeat. Raises `Unavailable`."""
    admin_url = urlsplit(admin_url)._replace(scheme="postgresql").geturl()
    try:
        for name in [*services, KEYRING]:
            role = role_of(name)
            await ensure_role(admin_url, role, files.password(role))
            await ensure_database(admin_url, role, owner=role)
            await _close_to_others(admin_url, role)
    except asyncpg.PostgresError as error:
        raise Unavailable(
            "database-refused",
            f"the database server refuses to make {role}: {error}",
            remedy="let YANZHEN_DATABASE_URL name a role that may create roles and databases",
        ) from error
    engine = make_engine(with_password(address(admin_url, KEYRING), files.password(role_of(KEYRING))), pool_size=1)
    try:
        await create_keyring_schema(engine)
    finally:
        await engine.dispose()


async def _close_to_others(admin_url: str, database: str) -> None:
    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        await connection.execute(f"REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC")
    finally:
        await connection.close()
