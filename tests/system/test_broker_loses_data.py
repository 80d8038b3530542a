"""The broker's disk is gone. PostgreSQL holds the truth, so the streams are filled again and everybody goes on."""

import asyncio
import json
import random

import pytest

from services.cli.catalogue import NAMES
from shared.messaging.nats_bus import NatsBus
from shared.security.broker import OPERATOR, inbox_of
from tests.system.audit import audit
from tests.system.support import Moment, System, Watcher, until

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("system")]


async def _filled(system: System, databases: Watcher) -> bool:
    """Whether every stream ends where its database does."""
    async with system.connected(OPERATOR) as client:
        bus = NatsBus(client, inbox_prefix=inbox_of(OPERATOR))
        for name in NAMES:
            end = await databases.value(name, "SELECT coalesce(max(position), 0) FROM outbound")
            if await bus.last_sequence(f"OUT_{name.upper()}") != end:
                return False
    return True


async def test_a_disk_lost_in_the_middle_of_things_costs_nothing(system: System, databases: Watcher) -> None:
    reached = await Moment(databases, random.Random(5)).of("notify", 100)
    async with asyncio.TaskGroup() as group:
        group.create_task(system.relocate(system.plans(6)))
        await reached()
        await system.servers.lose_streams()
        made = (await system.provision()).created
    assert sorted(made) == sorted(
        [*(one.name for one in system.installation.topology.streams),
         *(one.label for one in system.installation.topology.durables)]
    )  # fmt: skip
    await until("every stream is filled again", lambda: _filled(system, databases), 45)
    await system.settled(databases)

    await system.relocate(system.plans(4))
    await system.settled(databases)

    await system.all_ready()
    assert await audit(system, databases) == []


async def test_streams_lost_while_nothing_happens_are_filled_again_all_the_same(
    system: System, databases: Watcher
) -> None:
    """Nobody publishes anything that would run into the empty stream: it has to be noticed without that."""
    await system.settled(databases)
    async with system.connected(OPERATOR) as client:
        for name in NAMES:
            answer = await client.request(f"$JS.API.STREAM.DELETE.OUT_{name.upper()}", b"", timeout=5)
            assert json.loads(answer.data)["success"]
    await system.provision()

    await until("every stream is filled again", lambda: _filled(system, databases), 30)
    await system.all_ready()
    assert await audit(system, databases) == []
