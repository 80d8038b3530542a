"""Each alarm rings when its fault happens, on a running installation and in a real Prometheus, and is silent afterwards.

The rules are those we ship (`infra/prometheus/rules`), with minutes made seconds.
"""

import asyncio
import contextlib
import json
import os
import re
import signal
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from scripts.export_dashboards import FOLDER
from services.cli.badges import department
from services.cli.catalogue import NAMES
from services.cli.demo.clerks import Clerks
from services.cli.demo.county.relocation_model import Relocation
from services.cli.demo.ids import id_of
from shared.embedded.faults import SmsFaults
from shared.messaging.postgres_outbound import LOCK
from shared.runtime.clock_control import move
from shared.security.broker import OPERATOR
from tests.system.observed import Observed
from tests.system.prometheus import BINARY, MISSING, RULES, Prometheus, watching
from tests.system.small_disk import MEGABYTES
from tests.system.spoilt import publish_as_notify
from tests.system.support import Watcher, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.xdist_group("watched"),
    pytest.mark.skipif(BINARY is None and not os.environ.get("CI"), reason=MISSING),
]


AWAITED = {"yanzhen_erasures_overdue"}
"""Comes with erasure by date."""


@pytest.fixture(scope="module")
def prometheus(watched: Observed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    targets = {name: urlsplit(watched.installation.url(name)).netloc for name in NAMES}
    with watching(tmp_path_factory.mktemp("prometheus"), targets) as found:
        yield found


@pytest.fixture
async def databases(watched: Observed) -> AsyncIterator[Watcher]:
    async with Watcher(watched.installation) as databases:
        yield databases


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


async def test_nothing_rings_while_all_is_well(watched: Observed, prometheus: Prometheus) -> None:
    async def scraped() -> bool:
        return len(await prometheus.query("yanzhen_ready == 1")) == len(NAMES)

    await until("every service is scraped and ready", scraped)
    assert await prometheus.alarms() == {}


async def test_a_service_that_does_not_answer(watched: Observed, prometheus: Prometheus) -> None:
    pid = watched.pid("assessment")
    os.kill(pid, signal.SIGSTOP)
    try:
        await prometheus.fires("ServiceDown", service="assessment")
    finally:
        os.kill(pid, signal.SIGCONT)
    await prometheus.is_over("ServiceDown")


async def test_a_relay_that_publishes_nothing(watched: Observed, prometheus: Prometheus) -> None:
    async with session(watched, "registry") as other, session(watched, "registry") as killer:
        # Somebody takes the leader's lock and does nothing with it: a leader frozen on another machine, say.
        waiting = asyncio.create_task(other.execute("SELECT pg_advisory_lock($1)", LOCK))

        async def ours() -> bool:
            await killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> $1"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                other.get_server_pid(),
            )
            return waiting.done()

        await until("the lock is ours", ours)
        await found_unit(watched)
        await prometheus.fires("RelayStuck", service="registry")
    await prometheus.is_over("RelayStuck")


async def test_a_consumer_that_gets_no_further(watched: Observed, prometheus: Prometheus, databases: Watcher) -> None:
    async with session(watched, "assessment") as other, other.transaction():
        await other.execute("SELECT FROM cursors WHERE source = 'OUT_REGISTRY' FOR UPDATE")
        await found_unit(watched)
        await prometheus.fires("ConsumerLag", consumer="assessment", source="OUT_REGISTRY")
    await prometheus.is_over("ConsumerLag")
    assert await databases.value("assessment", "SELECT count(*) FROM dead_letters") == 0


async def test_a_poisoned_message_and_what_waits_behind_it(
    watched: Observed, prometheus: Prometheus, databases: Watcher
) -> None:
    await publish_as_notify(watched, "alarm-spoilt", "alarm-key", spoilt=True)
    await publish_as_notify(watched, "alarm-behind", "alarm-key", spoilt=False)

    await prometheus.fires("DeadLetters", service="mobility")
    await prometheus.fires("ParkedKeys", service="mobility")
    for (number,) in await databases.rows("mobility", "SELECT id FROM dead_letters WHERE status = 'dead'"):
        said = await watched.say("dlq", "discard", "mobility", str(number), "--yes")
        assert said.code == 0, said.err
    await prometheus.is_over("DeadLetters")
    await prometheus.is_over("ParkedKeys")


async def test_a_provider_that_refuses(watched: Observed, prometheus: Prometheus) -> None:
    await sms_faults(watched, SmsFaults(fail=1))
    try:
        await watched.relocate(watched.accepted_plans(1))
        await prometheus.fires("ProviderDown", provider="sms-gateway")
    finally:
        await sms_faults(watched, SmsFaults())
    await prometheus.is_over("ProviderDown")


async def sms_faults(watched: Observed, faults: SmsFaults) -> None:
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        url = f"{watched.installation.stack.sms_url}/faults"
        (await http.put(url, json=faults.model_dump(mode="json"))).raise_for_status()


async def test_deadlines_relocations_and_clocks_that_are_late(
    watched: Observed, prometheus: Prometheus, databases: Watcher
) -> None:
    [asked, taken] = watched.accepted_plans(2)
    late = await accept_without_the_outside_system(watched, taken)
    await ask(watched, asked)

    async with session(watched, "mobility") as other, other.transaction():
        # Timers that cannot be settled: each is a row, taken away with what it brings about.
        await other.execute("SELECT FROM timers FOR UPDATE")
        async with moved_clock(watched, timedelta(days=2)):
            await prometheus.fires("ClockSkew", service="mobility", of="database")
            await prometheus.fires("ClockSkew", service="notify", of="broker")
            await prometheus.fires("RelocationLate")
            await prometheus.fires("TimersLate", service="mobility")
    await prometheus.is_over("ClockSkew")
    await prometheus.is_over("TimersLate")
    await watched.acknowledge(late)
    await prometheus.is_over("RelocationLate")


async def accept_without_the_outside_system(watched: Observed, plan: Relocation) -> str:
    async with watched.patient("mobility") as mobility:
        clerks = Clerks(mobility, watched.world)
        await clerks.carry_out(plan)
    return next(iter(clerks.tally.accepted))


async def ask(watched: Observed, plan: Relocation) -> None:
    """A transfer that nobody has decided about."""
    async with watched.patient("mobility") as mobility:
        clerks = Clerks(mobility, watched.world)
        await clerks._ask(plan, plan.attempts[0], id_of(plan.key))


async def test_a_disk_that_fills(watched: Observed, prometheus: Prometheus) -> None:
    if watched.watched == watched.data_dir:
        pytest.skip("no disk of its own: mounting a tmpfs is not allowed here")
    filling = watched.watched / "filling"
    filling.write_bytes(b"\0" * int(MEGABYTES * 0.9 * 1024 * 1024))
    try:
        await prometheus.fires("DiskFilling", service="notify")
    finally:
        filling.unlink()
    await prometheus.is_over("DiskFilling")


async def test_every_metric_of_a_rule_or_a_dashboard_is_there(watched: Observed, prometheus: Prometheus) -> None:
    exposed: set[str] = set()
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        for name in NAMES:
            text = (await http.get(f"{watched.installation.url(name)}/metrics")).text
            for metric, kind in re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE):
                endings = ("_bucket", "_count", "_sum") if kind == "histogram" else ("",)
                exposed |= {metric + ending for ending in endings}
    queries = [
        target["expr"].replace("$__rate_interval", "1m")
        for path in FOLDER.glob("*.json")
        for panel in json.loads(path.read_text())["panels"]
        for target in panel.get("targets", ())
    ]
    rules = RULES.read_text()
    used = set(
        re.findall(
            r"\b(?:yanzhen|process)_\w+", "\n".join([*queries, *re.findall(r"expr:(.*?)for:", rules, re.DOTALL)])
        )
    )

    assert len(used) > 30
    assert used - exposed - AWAITED == set()
    answered = [query for query in dict.fromkeys(queries) if await prometheus.query(query)]
    # Those without an answer count what has not happened here, such as gaps.
    assert len(answered) > 0.8 * len(set(queries))
