"""Whether a service is at work in a database that must not change meanwhile."""

from typing import Final

import asyncpg

from shared.kernel.errors import Refused
from shared.security.database_roles import role_of

_AT_WORK: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = $1"


async def refuse_at_work(connection: asyncpg.Connection, service: str) -> None:
    """Raises `Refused` (`services-running`) when somebody is connected in the role of that service."""
    if await connection.fetchval(_AT_WORK, role_of(service)):
        raise Refused(
            "services-running", f"{service} is at work in its database",
            remedy="stop all services, in every replica, and repeat",
        )  # fmt: skip
