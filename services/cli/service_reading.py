"""Looking into a service's database for one command, with a sentence when it does not answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.cli.installation import KnownService
from shared.kernel.errors import Unavailable
from shared.runtime.connect import as_asyncpg, connect_args


@asynccontextmanager
async def database_of(service: KnownService, *, as_owner: bool = False) -> AsyncIterator[AsyncEngine]:
    """An engine on the service's database, with its own rights or, to change tables, its owner's. Raises `Unavailable`."""
    url = service.owned_database if as_owner else service.database
    engine = create_async_engine(as_asyncpg(url), pool_size=2, connect_args=connect_args(url, "yanzhen-cli"))
    try:
        yield engine
    except (DBAPIError, OSError, TimeoutError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        missing = getattr(cause, "sqlstate", None) == "42P01"  # undefined_table
        raise Unavailable(
            "database-empty" if missing else "database-unreachable",
            f"the database of {service.name} {'has no tables yet' if missing else 'does not answer'}"
            f" ({type(cause).__name__})",
            remedy=f"run `yanzhen migrate {service.name}`" if missing else "see `yanzhen doctor`",
        ) from error
    finally:
        await engine.dispose()
