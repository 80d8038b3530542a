"""What the application's role may do in its own database: what its statements need, and nothing else.

Tables belong to the migrator, another role. So "events are only ever added" does not rest on the triggers alone: the
application has no right to change or remove a row, nor to drop the trigger that would refuse it.

The application's role bears the name of its database. Where there is no such role (a test, a database of one role for
everything), nothing is granted.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

APPLICATION: Final[Mapping[str, str]] = {
    "alembic_version": "SELECT",
    "streams": "SELECT, INSERT, UPDATE",
    "events": "SELECT, INSERT",
    "outbox": "SELECT, INSERT, DELETE",
    "outbound": "SELECT, INSERT",
    "timers": "SELECT, INSERT, UPDATE, DELETE",
    "cursors": "SELECT, INSERT, UPDATE",
    "openings": "SELECT, INSERT, UPDATE",
    "inbox": "SELECT, INSERT",
    "idempotency_keys": "SELECT, INSERT, DELETE",  # an answer goes with the person it was about
    "audit": "SELECT, INSERT",
    "blind_index": "SELECT, INSERT, DELETE",
    "dead_letters": "SELECT, INSERT, UPDATE",
    "parked": "SELECT, INSERT, DELETE",
    "snapshots": "SELECT, INSERT, UPDATE",
    "projections": "SELECT",
}
"""Privileges by table of the kernel. A table that is missing here can be read and not written."""

READ_MODEL: Final = "SELECT, INSERT, UPDATE, DELETE"
"""On the view of a read model. The tables behind it are touched with the rights of the view's owner, the migrator."""

_ROLE = text("SELECT rolname FROM pg_roles WHERE rolname = current_database() AND rolname <> current_user")


async def allow_by_default(connection: AsyncConnection) -> None:
    """What holds for everything that the migrator makes from now on: the application may read it, others may nothing."""
    if role := await _application(connection):
        await _run(connection, f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {role}")
        await _run(connection, "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")


async def allow_kernel(connection: AsyncConnection) -> None:
    """Make the rights on the kernel's tables what they are declared to be, also where they were wider."""
    if role := await _application(connection):
        for table, privileges in APPLICATION.items():
            await _run(connection, f"REVOKE ALL ON {table} FROM {role}")
            await _run(connection, f"GRANT {privileges} ON {table} TO {role}")


async def allow_views(connection: AsyncConnection, views: Iterable[str]) -> None:
    """Let the application read and write these read models; to be called whenever a view was made."""
    if role := await _application(connection):
        for view in views:
            await _run(connection, f"GRANT {READ_MODEL} ON {view} TO {role}")


async def _application(connection: AsyncConnection) -> str | None:
    role = (await connection.execute(_ROLE)).scalar()
    return None if role is None else connection.dialect.identifier_preparer.quote(str(role))


async def _run(connection: AsyncConnection, statement: str) -> None:
    await connection.execute(text(statement))
