"""Each alarm rings when its fault happens, on a running installation and in a real Prometheus, and is silent afterwards.

The rules are those we ship (`infra/prometheus/rules`), with minutes made seconds.
"""

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from scripts.export_dashboards import FOLDER
from services.cli.broker_checks import last_sequence
from services.cli.catalogue import NAMES
from services.cli.demo.clerks import Clerks
from services.cli.demo.county.relocation_model import Relocation
from services.cli.demo.ids import id_of
from shared.embedded.faults import SmsFaults
from shared.messaging.postgres_outbound import LOCK
from shared.messaging.postgres_replicas import LOCKS
from shared.security.broker import OPERATOR
from tests.system.disturbing import found_unit, moved_clock, session
from tests.system.observed import Observed
from tests.system.prometheus import BINARY, MISSING, RULES, Prometheus, watching
from tests.system.small_disk import MEGABYTES
from tests.system.spoilt import publish_as_notify
from tests.system.support import Watcher, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("watched"),
    pytest.mark.skipif(BINARY is None and not os.environ.get("CI"), reason=MISSING),
]


@pytest.fixture(scope="module")
def prometheus(watched: Observed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    targets = {name: urlsplit(watched.installation.url(name)).netloc for name in NAMES}
    with watching(tmp_path_factory.mktemp("prometheus"), targets) as found:
        yield found


@pytest.fixture
async def databases(watched: Observed) -> AsyncIterator[Watcher]:
    async with Watcher(watched.installation) as databases:
        yield databases


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


async def test_a_replica_that_is_counted_and_does_not_read(watched: Observed, prometheus: Prometheus) -> None:
    async with session(watched, "notify") as other:
        await other.execute("SELECT pg_advisory_lock($1, $2)", LOCKS, 1)
        await prometheus.fires("PartitionsUnread", consumer="notify", source="OUT_MOBILITY")
    await prometheus.is_over("PartitionsUnread")


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


async def test_an_erasure_that_is_not_carried_out_by_its_date(
    watched: Observed, prometheus: Prometheus, databases: Watcher
) -> None:
    [plan] = watched.accepted_plans(1)
    person = id_of(plan.member_key)
    await ask(watched, plan)

    async def waits() -> bool:
        return bool(await databases.value("registry", "SELECT count(*) FROM open_cases WHERE member_id = $1", person))

    await until("the registry knows of the open transfer", waits)
    said = await watched.say("privacy", "erase", person, "--ground", "subject-request", "--by", "clerk-7", "--yes")
    assert (said.code, "waits" in said.out) == (0, True), said.err

    async with session(watched, "mobility") as other, other.transaction():
        # The deadlines that would close the transfer do not pass, so nobody ever gets to the erasure.
        await other.execute("SELECT FROM timers FOR UPDATE")
        async with moved_clock(watched, timedelta(days=40)):
            await prometheus.fires("EraseOverdue", service="registry")
    await prometheus.is_over("EraseOverdue")


async def test_a_stream_with_a_hole_that_the_broker_knows_of(watched: Observed, prometheus: Prometheus) -> None:
    spec = next(one for one in watched.installation.topology.streams if one.name == "OUT_REGISTRY")
    async with watched.connected(OPERATOR) as client:
        # One that lets single messages be taken out; the relay fills it.
        await client.jetstream().delete_stream(spec.name)
        body = json.dumps({**spec.config(), "deny_delete": False}).encode()
        assert "error" not in json.loads((await client.request(f"$JS.API.STREAM.CREATE.{spec.name}", body)).data)

        async def filled() -> bool:
            return await last_sequence(client, spec.name) == await published(watched, "registry")

        await until("the relay has filled it", filled)
        await client.request(f"$JS.API.STREAM.MSG.DELETE.{spec.name}", b'{"seq": 17}')
    await prometheus.fires("StreamDamaged", service="registry")

    doctor = await watched.say("doctor")
    assert (doctor.code, "yanzhen stream rebuild registry" in " ".join(doctor.out.split())) == (1, True), doctor.out
    await rebuilt(watched, prometheus, "registry", "17")


async def test_a_stream_with_a_message_that_went_bad_on_the_disk(watched: Observed, prometheus: Prometheus) -> None:
    """The broker counts it as there. Only reading shows that it is not."""
    async with watched.servers.stopped("nats") as home:
        spoil(home, "OUT_REGISTRY", 23)
    await prometheus.fires("StreamDamaged", service="registry")
    assert await prometheus.query('yanzhen_stream_missing{service="registry", by="broker"} == 0')
    await rebuilt(watched, prometheus, "registry", "23")


def spoil(home: Path, stream: str, position: int) -> None:
    """One letter of one message's headers is another now, which its checksum does not fit."""
    mark = f"ce-position: {position}\r".encode()
    for block in sorted((home / "jetstream").resolve().rglob("*.blk")):
        content = block.read_bytes()
        if block.parts[-3] == stream and mark in content:
            block.write_bytes(content.replace(mark, mark.replace(b"ce", b"xx"), 1))
            return
    raise AssertionError(f"{stream} has no block with {position}")


async def rebuilt(watched: Observed, prometheus: Prometheus, service: str, holes: str) -> None:
    """What the runbook says, and that it helps."""
    found = await watched.say("stream", "check", service)
    assert (found.code, holes in found.out) == (1, True), found.out
    done = await watched.say("stream", "rebuild", service)
    assert done.code == 0, done.err
    await prometheus.is_over("StreamDamaged")
    again = await watched.say("stream", "check", service)
    assert (again.code, "nothing" in again.out) == (0, True), again.out
    await watched.all_ready()


async def published(watched: Observed, service: str) -> int:
    async with session(watched, service) as connection:
        return int(await connection.fetchval("SELECT coalesce(max(position), 0) FROM outbound"))


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
    assert used - exposed == set()
    answered = [query for query in dict.fromkeys(queries) if await prometheus.query(query)]
    # Those without an answer count what has not happened here, such as gaps.
    assert len(answered) > 0.8 * len(set(queries))
