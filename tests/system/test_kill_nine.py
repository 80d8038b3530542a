"""Whatever is killed, frozen or taken away in the middle of things: nobody is missed, told twice, or in two branches."""

import asyncio
import os
import random
import signal

import pytest

from services.cli.catalogue import NAMES
from shared.messaging.topology import DurableSpec
from shared.security.broker import OPERATOR
from tests.support.servers import NAMES as SERVERS
from tests.system.audit import audit
from tests.system.support import BUSINESS_REGISTRY, Moment, System, Watcher, until

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("system")]

AT_A_TIME = 5
FROZEN_SECONDS = 3
"""There is nothing to be seen of somebody who is frozen, so this is waited out."""
MIDDLE = {"registry": 4, "mobility": 60, "assessment": 3, "notify": 150}
"""How many events a service writes at the most before it is struck; about half of what one round makes it write."""


async def _struck(system: System, databases: Watcher, name: str, rng: random.Random) -> None:
    """Relocate, and strike in the middle of it."""
    watched = name if name in MIDDLE else rng.choice(["mobility", "notify"])
    reached = await Moment(databases, rng).of(watched, MIDDLE[watched])
    async with asyncio.TaskGroup() as group:
        group.create_task(system.relocate(system.plans(AT_A_TIME)))
        await reached()
        await system.kill(name)


@pytest.mark.parametrize("seed", [9])
async def test_nothing_is_lost_doubled_or_reordered_when_anything_is_killed(
    system: System, databases: Watcher, seed: int
) -> None:
    rng = random.Random(seed)
    victims = [*NAMES, *NAMES, "nats", "postgres"]
    rng.shuffle(victims)

    for victim in victims:
        await _struck(system, databases, victim, rng)
        await databases.until_quiet(60)
    await system.settled(databases, 60)

    await system.all_ready()
    assert await audit(system, databases) == []


async def test_a_frozen_service_goes_on_where_it_stopped(system: System, databases: Watcher) -> None:
    rng = random.Random(3)
    for name in ("mobility", "notify"):
        reached = await Moment(databases, rng).of(name, MIDDLE[name])
        async with asyncio.TaskGroup() as group:
            group.create_task(system.relocate(system.plans(AT_A_TIME)))
            await reached()
            pid = system.pid(name)
            os.kill(pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(FROZEN_SECONDS)
            finally:
                os.kill(pid, signal.SIGCONT)
    await system.settled(databases)

    await system.all_ready()
    assert await audit(system, databases) == []


@pytest.mark.parametrize("name", SERVERS)
async def test_a_frozen_server_is_waited_for(system: System, databases: Watcher, name: str) -> None:
    reached = await Moment(databases, random.Random(4)).of("notify", MIDDLE["notify"])
    async with asyncio.TaskGroup() as group:
        group.create_task(system.relocate(system.plans(AT_A_TIME)))
        await reached()
        await system.servers.freeze(name)
        try:
            await asyncio.sleep(FROZEN_SECONDS)
        finally:
            await system.servers.thaw(name)
    await system.settled(databases)

    await system.all_ready()
    assert await audit(system, databases) == []


async def test_a_door_that_was_taken_away_is_reported_and_nothing_is_lost_once_it_is_back(
    system: System, databases: Watcher
) -> None:
    doors = [one for one in system.installation.topology.durables if one.stream == "INBOUND"]
    units = [unit.uscc for unit in system.world.district.units[:20]]

    async def told(names: str) -> bool:
        query = "SELECT count(*) FROM units WHERE uscc = ANY($1) AND name LIKE $2"
        return bool(await databases.value("registry", query, units, f"%{names}") == len(units))

    async with asyncio.TaskGroup() as group:
        group.create_task(system.relocate(system.plans(AT_A_TIME)))
        group.create_task(_report(system, units, "甲"))
        await until("the first reports are in", lambda: _any_told(databases, units))
        for door in doors:
            await _take_away(system, door)
        await until("registry reports trouble", lambda: _red(system, "registry"), 45)
        await until("mobility reports trouble", lambda: _red(system, "mobility"), 45)
        assert (await system.provision()).created == [door.label for door in doors]
    await until("all reports are in", lambda: told("甲"), 45)
    await system.settled(databases)

    await system.all_ready()
    assert await audit(system, databases) == []


async def _report(system: System, units: list[str], name: str) -> None:
    for number, uscc in enumerate(units):
        await system.report(
            BUSINESS_REGISTRY, "unit-changed.v1", {"uscc": uscc, "name": f"单位{number}{name}"}, id_=f"{uscc}-{name}"
        )


async def _any_told(databases: Watcher, units: list[str]) -> bool:
    query = "SELECT count(*) FROM units WHERE uscc = ANY($1) AND name LIKE '%甲'"
    return bool(await databases.value("registry", query, units))


async def _take_away(system: System, door: DurableSpec) -> None:
    async with system.connected(OPERATOR) as client:
        await client.request(f"$JS.API.CONSUMER.DELETE.{door.stream}.{door.name}", b"", timeout=5)


async def _red(system: System, service: str) -> bool:
    return "consumers" in (await system.ready(service)).get("detail", "")
