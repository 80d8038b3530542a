"""A backup is restored into nothing: over what is there it would make something that never was."""

from typing import Final

import asyncpg

from services.cli.backups.manifest import Manifest
from services.cli.installation import Installation
from services.cli.keyring_access import keyring_url
from services.cli.services_at_work import refuse_at_work
from shared.kernel.errors import Refused, Unavailable
from shared.messaging.nats_bus import NatsBus
from shared.security.broker import OPERATOR, inbox_of

_KEPT: Final = ("events", "outbound", "outbox", "audit")
_BARE: Final = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT c.oid::regclass AS name, CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind
        FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'r', 'p')
    LOOP EXECUTE format('DROP %s IF EXISTS %s CASCADE', one.kind, one.name); END LOOP;
    FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace
    LOOP EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', one.name); END LOOP;
END $$
"""


async def check_databases(installation: Installation) -> None:
    """Raises `Refused` (`target-not-empty`, `services-running`), `Unavailable`."""
    try:
        for name, service in installation.services.items():
            connection = await asyncpg.connect(service.owned_database, timeout=10)
            try:
                await refuse_at_work(connection, name)
                for table in _KEPT:
                    if await _has_rows(connection, table):
                        raise _not_empty(f"the database of {name}")
            finally:
                await connection.close()
        connection = await asyncpg.connect(keyring_url(installation), timeout=10)
        try:
            if await _has_rows(connection, "person_keys"):
                raise _not_empty("the keyring")
        finally:
            await connection.close()
    except (asyncpg.PostgresError, OSError, TimeoutError) as error:
        raise Unavailable(
            "database-unreachable", f"a database does not answer ({type(error).__name__})",
            remedy="start the servers without the services, make the databases (`yanzhen databases`), and repeat",
        ) from error  # fmt: skip


async def check_streams(installation: Installation, manifest: Manifest) -> dict[str, int]:
    """The streams that hold something, with their ends. They belong to another life of the installation: what they say
    at a position beyond the backup was read by somebody, and the restored service would say something else there.
    """
    found: dict[str, int] = {}
    async with installation.broker() as client:
        bus = NatsBus(client, inbox_prefix=inbox_of(OPERATOR))
        for name in manifest.services:
            stream = installation.service(name).entry.stream
            if end := await bus.last_sequence(stream):
                found[stream] = end
    return found


def streams_in_the_way(found: dict[str, int], manifest: Manifest) -> Refused:
    """The refusal that says which, and what to do."""
    stream, end = next(iter(found.items()))
    service = next(name for name in manifest.services if f"OUT_{name.upper()}" == stream)
    return Refused(
        "streams-not-empty",
        f"the broker still holds {stream} to {end}, the backup reaches {manifest.services[service].position}",
        remedy="give --streams-from-database to delete our streams and have them filled again, or name an empty broker",
    )


async def make_bare(url: str) -> None:
    """Drop the tables that a migration has made and nobody has filled."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute(_BARE)
    finally:
        await connection.close()


async def _has_rows(connection: asyncpg.Connection, table: str) -> bool:
    if await connection.fetchval("SELECT to_regclass($1)", f"public.{table}") is None:
        return False
    return bool(await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})"))  # noqa: S608 - our own names


def _not_empty(what: str) -> Refused:
    return Refused(
        "target-not-empty", f"{what} is not empty, and nothing is restored over anything",
        remedy="name a --data-dir that is not there yet, or make empty databases; move the old ones away, do not delete them",
    )  # fmt: skip
