"""What the tests of alarms do to a running installation."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg

from services.cli.badges import department
from services.cli.demo.ids import id_of
from shared.runtime.clock_control import move
from shared.security.broker import OPERATOR
from tests.system.observed import Observed


@contextlib.asynccontextmanager
async def session(watched: Observed, service: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A connection with the service's own role: whoever holds a lock there holds the service up."""
    connection = await asyncpg.connect(watched.installation.database_url(service))
    try:
        yield connection
    finally:
        await connection.close()


async def found_unit(watched: Observed) -> None:
    """Something for the registry to publish."""
    territory = watched.world.territories[0]
    root = next(one for one in territory.organisations if one.parent_key is None)
    body = {
        "organisation_id": str(uuid.uuid4()),
        "name": "试验支部",
        "kind": "branch",
        "parent_id": id_of(root.key),
        "area_code": root.area_code,
    }
    async with watched.patient("registry") as registry:
        await registry.call("POST", "/organisations", body, actor=department(id_of(root.key)))


@contextlib.asynccontextmanager
async def moved_clock(watched: Observed, by: timedelta) -> AsyncIterator[None]:
    """The services live in another time inside the block."""
    async with watched.connected(OPERATOR) as client:
        await move(client, by)
        try:
            yield
        finally:
            await move(client, -by)
