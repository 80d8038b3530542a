"""Migrating services one after the other, with a line about each."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg
from sqlalchemy.exc import DBAPIError

from services.cli.catalogue import definition, entry
from services.cli.output import console
from services.cli.service_environment import migrate_variable
from shared.kernel.errors import Invalid, Unavailable
from shared.messaging.bus import BusUnavailable, ReaderClosed
from shared.runtime.garbage import settle_garbage
from shared.runtime.migrating import BrokerAccess, migrate_service
from shared.runtime.secret_settings import secret
from shared.security.broker import OPERATOR


async def migrate_services(names: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Migrate each. Raises `Invalid` (`unknown-service`, `no-migrate-url`) before anything is changed, `Unavailable`."""
    environment = os.environ if environment is None else environment
    seed, authority = (environment.get(f"YANZHEN_NATS_{what}_FILE") for what in ("SEED", "CA"))
    broker = BrokerAccess(
        environment.get("YANZHEN_NATS_URL", "nats://127.0.0.1:4222"),
        Path(seed) if seed else None,
        OPERATOR,
        Path(authority) if authority else None,
    )
    found = [definition(entry(name)) for name in names]
    addresses = [_address(one.name, environment) for one in found]
    settle_garbage()  # a quarter of the time that a read model of a million events takes
    for one, address in zip(found, addresses, strict=True):
        try:
            built = await migrate_service(one, address, broker)
        except (DBAPIError, asyncpg.PostgresError, OSError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise Unavailable(
                "not-migrated",
                f"the database of {one.name} refuses or does not answer ({type(cause).__name__}: {cause})",
                remedy=f"see that {migrate_variable(one.name)} names the owner of the database, and that it runs",
            ) from error
        except (BusUnavailable, ReaderClosed) as error:
            raise Unavailable(
                "no-history", f"the events of others cannot be read ({error})", remedy="see `yanzhen doctor`"
            ) from error
        console().print(f"{one.name}: up to date" + (f", built {', '.join(built)}" if built else ""))


def _address(service: str, environment: Mapping[str, str]) -> str:
    address = secret(migrate_variable(service), environment)
    if not address:
        raise Invalid(
            "no-migrate-url",
            f"{migrate_variable(service)} is not set",
            remedy="let it name the database with the role that owns it",
        )
    return address
