"""Two processes of one service on one database: one relay leads, they share the partitions, each takes over from the other,
and nothing happens twice.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from shared.contracts.base import PARTITIONS
from shared.embedded.ports import LOOPBACK, Ports
from shared.kernel.clock import monotonic
from tests.system.audit import audit
from tests.system.support import Moment, System, Watcher, until

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("system")]

TAKEOVER_SECONDS = 8
SHARED_SECONDS = 45
"""A look every two seconds; the gauge that says so is read every fifteen."""
FROZEN_SECONDS = 30
"""PostgreSQL ends the session of a silent leader after ten, and the other one has to notice."""


@dataclass
class Replica:
    """A second process of a service; nobody restarts it."""

    url: str
    process: asyncio.subprocess.Process

    async def relay(self) -> str:
        """What it says of its relay; empty while nobody answers."""
        return await relay_of(self.url)


async def relay_of(url: str) -> str:
    async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
        with contextlib.suppress(httpx.TransportError):
            found: dict[str, Any] = (await http.get(f"{url}/readyz")).json()
            return next((check["detail"] for check in found["checks"] if check["name"] == "relay"), "")
    return ""


async def partitions_of(url: str) -> set[int]:
    """How many partitions of each stream it reads; none while nobody answers."""
    async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
        with contextlib.suppress(httpx.TransportError):
            lines = (await http.get(f"{url}/metrics")).text.splitlines()
            return {int(float(line.split()[-1])) for line in lines if line.startswith("yanzhen_consumer_partitions{")}
    return set()


@pytest.fixture
async def second(system: System) -> AsyncIterator[Replica]:
    """Mobility once more: its environment, another port."""
    ports = Ports()
    port = ports.take("mobility-2")
    spec = system.service("mobility").spec
    ports.release()
    with (system.data_dir / "logs" / "mobility-2.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "shared.runtime", "mobility", cwd=spec.cwd, stdout=log, stderr=log,
            env={**spec.env, "YANZHEN_HTTP_PORT": str(port)},
        )  # fmt: skip
    replica = Replica(f"http://{LOOPBACK}:{port}", process)
    try:
        await until("the second replica is up", replica.relay, 45)
        yield replica
    finally:
        for sign in (signal.SIGCONT, signal.SIGTERM):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(sign)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 20)
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_one_leads_and_the_other_takes_over_when_it_is_killed_or_frozen(
    system: System, databases: Watcher, second: Replica
) -> None:
    url = system.installation.url("mobility")

    async def second_leads() -> bool:
        return "leading" in await second.relay()

    async def first_leads() -> bool:
        return "leading" in await relay_of(url)

    async def shared() -> bool:
        return await partitions_of(url) == await partitions_of(second.url) == {PARTITIONS // 2}

    async def first_reads_all() -> bool:
        return await partitions_of(url) == {PARTITIONS}

    assert await first_leads()
    assert await second.relay() == "another replica leads"
    await until("they share the partitions", shared, SHARED_SECONDS)

    reached = await Moment(databases, random.Random(1)).of("mobility", 40)
    async with asyncio.TaskGroup() as group:
        group.create_task(system.relocate(system.plans(5)))
        await reached()
        killed = asyncio.create_task(system.kill("mobility"))
        began = monotonic()
        await until("the second replica leads", second_leads, TAKEOVER_SECONDS)
        took = monotonic() - began
        await killed
    await system.settled(databases)
    assert not await first_leads()
    assert took < TAKEOVER_SECONDS

    reached = await Moment(databases, random.Random(2)).of("mobility", 40)
    async with asyncio.TaskGroup() as group:
        group.create_task(system.relocate(system.plans(5)))
        await reached()
        os.kill(second.process.pid, signal.SIGSTOP)
        await until("the first replica leads again", first_leads, FROZEN_SECONDS)
        await until("the first replica reads everything", first_reads_all, FROZEN_SECONDS)
        os.kill(second.process.pid, signal.SIGCONT)
    await system.settled(databases)

    await until("the sleeper knows", lambda: _follows(second))
    await until("they share again", shared, SHARED_SECONDS)
    await system.all_ready()
    assert await audit(system, databases) == []


async def _follows(replica: Replica) -> bool:
    return await replica.relay() == "another replica leads"
