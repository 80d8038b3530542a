"""Where a backup is restored to: servers without services. Those of a new data directory, or those the environment names."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from services.cli.backups.keys_apart import put_key_files
from services.cli.broker_connection import connected
from services.cli.catalogue import SERVICES
from services.cli.installation import Installation, KnownService, find
from services.cli.launcher import LocalInstallation
from services.cli.service_databases import address, create_databases
from services.cli.service_environment import database_url, migrate_variable
from shared.embedded.data_dir import erase
from shared.embedded.stack import EmbeddedStack
from shared.messaging.topology import provision
from shared.runtime.secret_settings import secret
from shared.security.broker import OPERATOR
from shared.security.database_roles import owner_of


@asynccontextmanager
async def target(data_dir: Path, keys: Path, tell: Callable[[str], None]) -> AsyncIterator[Installation]:
    """The servers, their databases and streams made, and no service running that we have started.

    A data directory that was not there is deleted again when the block fails: nobody starts what is half restored.
    """
    if secret(migrate_variable(SERVICES[0].name)):
        yield find(data_dir)
        return
    local = LocalInstallation(data_dir)
    fresh = not local.files.path.exists()
    try:
        async with _servers(local, keys, tell) as installation:
            yield installation
    except BaseException:
        if fresh:
            erase(local.files.path)
        raise


@asynccontextmanager
async def _servers(local: LocalInstallation, keys: Path, tell: Callable[[str], None]) -> AsyncIterator[Installation]:
    tell("starting PostgreSQL and NATS")
    conf = local.broker_identities()
    put_key_files(local.files, keys)
    async with EmbeddedStack(local.files.path, authorization_conf=conf, sinks=False) as stack:
        tell("creating databases and streams")
        await create_databases(stack.admin_url, local.files.password, SERVICES)
        seed = local.files.seed(OPERATOR)
        async with connected(stack.nats_url, seed) as client:
            await provision(client, local.topology)
        services = {
            one.name: KnownService(
                one, None, database_url(local.files, stack, one.name), None,
                database_url(local.files, stack, one.name, owner_of(one.name)),
            )
            for one in SERVICES
        }  # fmt: skip
        noted = {one.name: {"database": address(stack.admin_url, one.name)} for one in SERVICES}
        yield Installation(local.files, services, stack.nats_url, seed, {"services": noted, "pid": os.getpid()})
