"""The databases and roles of an installation, made as `shared.security.database_roles` declares them.

One source for the embedded stack, containers and tests: all any of them adds is where passwords are kept.
"""

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote, urlsplit

import asyncpg

from services.cli.catalogue import ServiceEntry
from shared.embedded.databases import ensure_database, ensure_role
from shared.kernel.errors import Unavailable
from shared.privacy.keyring_schema import create_keyring_schema
from shared.security.database_roles import (
    KEYRING,
    OWNING,
    WORKING,
    DatabaseRoles,
    database_roles,
    owner_of,
    role_of,
)

Password = Callable[[str], str]
"""The password of a role, made at the first call."""


def address(admin_url: str, name: str, role: str | None = None) -> str:
    """Where a service's database (or the keyring) is, for its working role or another, without the password."""
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(
        scheme="postgresql", netloc=f"{role or role_of(name)}@{host}", path=f"/{role_of(name)}"
    ).geturl()


def with_password(url: str, password: str) -> str:
    """The address ready for connecting: for an environment or an engine, never for a log or a command line."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()


async def create_databases(admin_url: str, password: Password, services: Iterable[ServiceEntry]) -> None:
    """Create what is missing and set what differs, safe to repeat. Raises `Unavailable`."""
    admin_url = urlsplit(admin_url)._replace(scheme="postgresql").geturl()
    services = list(services)
    keyring_users = {service.name: service.keyring for service in services if service.keyring}
    try:
        for one in database_roles([service.name for service in services], keyring_users):
            await create_database(admin_url, password, one)
    except asyncpg.PostgresError as error:
        raise Unavailable(
            "database-refused",
            f"the database server refuses to make {one.database}: {error}",
            remedy="let YANZHEN_DATABASE_URL name a role that may create roles and databases",
        ) from error
    owner = owner_of(KEYRING)
    url = with_password(address(admin_url, KEYRING, owner), password(owner))
    await create_keyring_schema(url, {role: may for role, may in one.workers.items() if may})


_OWNS = """
    SELECT EXISTS (
        SELECT FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND refobjid = to_regrole($1) AND deptype = 'o'
        AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    )
"""


async def create_database(admin_url: str, password: Password, wanted: DatabaseRoles) -> None:
    """One database with its roles. Raises the errors of asyncpg and `Unavailable`."""
    for role in (wanted.owner, *wanted.workers):
        await ensure_role(admin_url, role, password(role))
    await ensure_database(admin_url, wanted.database, owner=wanted.owner)
    connection = await asyncpg.connect(urlsplit(admin_url)._replace(path=f"/{wanted.database}").geturl(), timeout=10)
    try:
        await connection.execute(f"REVOKE ALL ON DATABASE {wanted.database} FROM PUBLIC")
        for role in wanted.workers:
            if await connection.fetchval(_OWNS, role):
                # An installation from before there were owners: what the role made is the owner's from now on.
                await connection.execute(f"REASSIGN OWNED BY {role} TO {wanted.owner}")
            await connection.execute(f"GRANT CONNECT ON DATABASE {wanted.database} TO {role}")
            await _limit(connection, role, WORKING)
        await _limit(connection, wanted.owner, OWNING)
    finally:
        await connection.close()


async def _limit(connection: asyncpg.Connection, role: str, limits: Mapping[str, str]) -> None:
    for name, value in limits.items():
        await connection.execute(f"ALTER ROLE {role} SET {name} = '{value}'")
