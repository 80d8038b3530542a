"""Forging, peeping and destroying are refused by the server itself, whatever a client tries."""

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import nats
import nats.errors
import pytest
from nats.aio.msg import Msg

from services.cli.broker_connection import connected
from shared.eventstore.records import SequencedMessage
from shared.kernel.errors import Unavailable
from shared.messaging.envelope import Envelope
from shared.messaging.nats_bus import NatsBus
from shared.observability.metrics import Metrics
from shared.privacy.resolve_subject import SUBJECT
from shared.runtime import clock_control
from shared.runtime.broker_refusals import REMEMBERED_SECONDS, BrokerRefusals
from shared.runtime.checks import register_checks
from shared.runtime.connect import client_of, make_broker
from shared.runtime.definition import Running
from shared.runtime.process import ServiceProcess
from shared.security.broker import inbox_of
from shared.security.nkey_seeds import ensure_seed
from shared.web.health import CheckResult, Health
from tests.integration.security.conftest import Broker, Connect, Connection
from tests.support.harness import eventually

FORGED = "registry.evt.member.membership-moved.v1.p00"


async def call(connection: Connection, api: str, body: Any = None) -> dict[str, Any]:
    payload = json.dumps(body).encode() if body is not None else b""
    answer: dict[str, Any] = json.loads((await connection.client.request(f"$JS.API.{api}", payload, timeout=3)).data)
    return answer


async def stored(operator: Connection, stream: str) -> int:
    return int((await call(operator, f"STREAM.INFO.{stream}"))["state"]["last_seq"])


def messages(service: str, start: int, count: int) -> list[SequencedMessage]:
    headers = json.dumps({"ce-partitionkey": "k", "ce-id": "e", "ce-type": "t"})
    return [
        SequencedMessage(n, n - 1, 0, f"m{n}", f"{service}.evt.a.b.v1.p00", headers, b"{}")
        for n in range(start, start + count)
    ]


async def test_a_service_publishes_its_events_and_another_follows_them(connect: Connect) -> None:
    assessment, mobility = await connect("assessment"), await connect("mobility")
    bus = NatsBus(assessment.client, inbox_prefix=inbox_of("assessment"))
    start = await bus.last_sequence("OUT_ASSESSMENT") + 1

    await bus.publish("OUT_ASSESSMENT", messages("assessment", start, 3))  # pipelined singles
    await bus.publish("OUT_ASSESSMENT", messages("assessment", start + 3, 60))  # an atomic batch

    read: list[Envelope] = []
    async with NatsBus(mobility.client, inbox_prefix=inbox_of("mobility")).reader(
        "OUT_ASSESSMENT", start, range(8)
    ) as r:
        while len(read) < 63:
            read += await r.read()
    assert [e.position for e in read] == list(range(start, start + 63))
    assert await assessment.settled() == await mobility.settled() == []


async def test_nobody_publishes_the_events_of_another_service(connect: Connect) -> None:
    operator = await connect("operator")
    before = await stored(operator, "OUT_REGISTRY")

    for role in ("mobility", "operator", "business-registry"):
        forger = await connect(role)
        await forger.client.publish(FORGED, b"{}")
        assert "permissions violation for publish" in "".join(await forger.settled())

    assert await stored(operator, "OUT_REGISTRY") == before


@pytest.mark.parametrize("role", ["business-registry", "mobility"])
async def test_bug_1_answers_are_not_stored_as_events(connect: Connect, role: str) -> None:
    """In one account for all, the server stored the answer to a request whose reply subject was a stream's."""
    operator, forger = await connect("operator"), await connect(role)
    before = await stored(operator, "OUT_REGISTRY")
    allowed = "mobility.evt.a.b.v1.p00" if role == "mobility" else f"inbound.{role}.unit-changed.v1"

    await forger.client.publish(allowed, b"{}", reply=FORGED)
    await forger.client.publish("$JS.API.STREAM.INFO.OUT_MOBILITY", b"", reply=FORGED)
    await call(forger, f"CONSUMER.CREATE.OUT_MOBILITY.pull-{role}", _consumer(f"pull-{role}"))
    await forger.client.publish(f"$JS.API.CONSUMER.MSG.NEXT.OUT_MOBILITY.pull-{role}", b'{"batch":1}', reply=FORGED)
    await call(forger, f"CONSUMER.CREATE.OUT_MOBILITY.push-{role}", _consumer(f"push-{role}", deliver_subject=FORGED))
    await forger.settled()

    assert await stored(operator, "OUT_REGISTRY") == before


def _consumer(name: str, **more: Any) -> dict[str, Any]:
    config = {"name": name, "ack_policy": "none", "deliver_policy": "all", "mem_storage": True, **more}
    return {"stream_name": "OUT_MOBILITY", "config": config, "action": "create"}


@pytest.mark.parametrize("role", ["registry", "mobility", "business-registry"])
@pytest.mark.parametrize(
    "api",
    [
        "STREAM.DELETE.OUT_REGISTRY",
        "STREAM.PURGE.OUT_REGISTRY",
        "STREAM.UPDATE.OUT_REGISTRY",
        "STREAM.MSG.DELETE.OUT_REGISTRY",
        "STREAM.CREATE.MINE",
        "CONSUMER.DURABLE.CREATE.INBOUND.mine",
    ],
)
async def test_only_the_operator_makes_changes_or_deletes_streams(connect: Connect, role: str, api: str) -> None:
    connection = await connect(role)

    with pytest.raises((nats.errors.NoRespondersError, nats.errors.TimeoutError)):
        await connection.client.request(f"$JS.API.{api}", b"{}", timeout=0.3)

    assert "permissions violation for publish" in "".join(await connection.settled())


async def test_nobody_deletes_the_door_of_a_service(connect: Connect) -> None:
    mobility = await connect("mobility")

    for subject in (
        "$JS.API.CONSUMER.DELETE.INBOUND.registry-inbound",
        "$JS.API.CONSUMER.MSG.NEXT.INBOUND.registry-inbound",
        "$JS.ACK.INBOUND.registry-inbound.1.1.1.1.0",
    ):
        await mobility.client.publish(subject, b"{}")

    assert len(await mobility.settled()) == 3


@pytest.mark.parametrize("role", ["registry", "operator", "business-registry"])
@pytest.mark.parametrize("subject", [">", "*.evt.>", "inbound.>", "_INBOX_mobility.>", "_INBOX.>", "$JS.API.>"])
async def test_nobody_listens_to_everything(connect: Connect, role: str, subject: str) -> None:
    connection = await connect(role)

    await connection.client.subscribe(subject)

    assert "permissions violation for subscription" in "".join(await connection.settled())


async def test_an_outside_system_reports_under_its_own_name_only(connect: Connect) -> None:
    outside, operator = await connect("business-registry"), await connect("operator")
    before = await stored(operator, "INBOUND")
    js = outside.client.jetstream()

    ack = await js.publish("inbound.business-registry.unit-changed.v1", b"{}")
    await outside.client.publish("inbound.member-system.unit-changed.v1", b"{}")

    assert ack.stream == "INBOUND"
    assert "inbound.member-system" in "".join(await outside.settled())
    assert await stored(operator, "INBOUND") == before + 1


async def test_an_outside_system_follows_what_concerns_it_and_nothing_else(connect: Connect) -> None:
    outside = await connect("member-system")
    bus = NatsBus(outside.client, inbox_prefix=inbox_of("member-system"))

    async with bus.reader("OUT_MOBILITY", 1, range(8)):
        pass
    with pytest.raises(nats.errors.TimeoutError):
        await outside.client.request("$JS.API.STREAM.INFO.OUT_NOTIFY", b"", timeout=0.3)


@pytest.mark.parametrize("stream", ["OUT_NOTIFY", "OUT_MOBILITY", "INBOUND"])
async def test_a_service_reads_whom_it_follows_and_nobody_else(connect: Connect, stream: str) -> None:
    """Assessment follows the registry, and reads its own stream through to see that it is whole (ADR 41)."""
    assessment = await connect("assessment")

    bus = NatsBus(assessment.client, inbox_prefix=inbox_of("assessment"))
    async with bus.reader("OUT_REGISTRY", 1, range(8)), bus.reader("OUT_ASSESSMENT", 1, range(8)):
        assert await assessment.settled() == []
    await assessment.client.publish(f"$JS.API.CONSUMER.CREATE.{stream}.mine", b"{}")
    await assessment.client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.read-somebody", b"{}")

    assert len(await assessment.settled()) == 2


ENDS = {("notify", "STREAM.INFO.OUT_NOTIFY"), ("notify", "STREAM.MSG.GET.OUT_MOBILITY")}


@pytest.mark.parametrize("role", ["business-registry", "notify"])
@pytest.mark.parametrize(
    "api",
    [
        "STREAM.NAMES", "STREAM.LIST", "STREAM.CREATE.X", "STREAM.INFO.OUT_NOTIFY", "STREAM.INFO.INBOUND",
        "STREAM.SNAPSHOT.OUT_MOBILITY", "STREAM.RESTORE.OUT_MOBILITY", "STREAM.MSG.GET.OUT_MOBILITY",
        "STREAM.MSG.GET.OUT_NOTIFY", "DIRECT.GET.OUT_MOBILITY", "CONSUMER.LIST.OUT_MOBILITY", "CONSUMER.NAMES.OUT_MOBILITY",
        "CONSUMER.CREATE.OUT_MOBILITY", "CONSUMER.DURABLE.CREATE.OUT_MOBILITY.mine", "CONSUMER.PAUSE.OUT_MOBILITY.x",
        "ACCOUNT.PURGE.STORE", "SERVER.REMOVE", "META.LEADER.STEPDOWN",
    ],
)  # fmt: skip
async def test_the_rest_of_the_brokers_interface_is_closed(connect: Connect, role: str, api: str) -> None:
    if (role, api) in ENDS:
        pytest.skip("the relay asks where its stream ends, a consumer where those end that it follows")
    connection = await connect(role)

    await connection.client.publish(f"$JS.API.{api}", b"{}", reply=f"{inbox_of(role)}.answer")

    assert "permissions violation for publish" in "".join(await connection.settled())


@pytest.mark.parametrize(
    "subject", ["$SYS.REQ.SERVER.PING", "$SYS.REQ.ACCOUNT.STORE.INFO", "$JS.EVENT.X", "_INBOX_mobility.x"]
)
@pytest.mark.parametrize("role", ["registry", "operator", "member-system"])
async def test_nobody_speaks_to_the_server_or_into_the_inbox_of_another(
    connect: Connect, role: str, subject: str
) -> None:
    connection = await connect(role)

    await connection.client.publish(subject, b"{}")

    assert "permissions violation for publish" in "".join(await connection.settled())


async def test_a_durable_is_not_replaced_by_way_of_an_ephemeral_one(connect: Connect) -> None:
    """`CONSUMER.CREATE` also makes durables, where the request's body says so."""
    outside, operator = await connect("member-system"), await connect("operator")
    config = _consumer("kept") | {"action": ""}
    config["config"] |= {"durable_name": "kept"}

    answer = await call(outside, "CONSUMER.CREATE.OUT_MOBILITY.kept", config)
    names = (await call(operator, "CONSUMER.NAMES.INBOUND"))["consumers"]

    assert sorted(names) == ["mobility-inbound", "registry-inbound"]
    if "error" not in answer:  # it may keep a place in what it may read, and nowhere else
        await call(outside, "CONSUMER.DELETE.OUT_MOBILITY.kept")


async def test_bug_501_a_command_is_told_of_every_refusal(broker: Broker) -> None:
    """The answer to a flush overtook the refusal in some of many tries, and the command took it for success."""
    for _ in range(60):
        with pytest.raises(Unavailable, match="not-permitted"):
            async with connected(broker.url, broker.seed("mobility"), "mobility") as client:
                await client.subscribe(">")


async def test_what_the_broker_refuses_makes_the_service_unready(broker: Broker) -> None:
    """nats-py tells nobody but its error callback: a subscription that was refused looks like a quiet one."""
    now = [0.0]
    metrics = Metrics()
    refusals = BrokerRefusals(metrics, lambda: now[0])
    nats_broker = make_broker(
        broker.url,
        name="mobility",
        seed_file=broker.seed("mobility"),
        inbox=inbox_of("mobility"),
        refused=refusals.note,
    )
    await nats_broker.connect()
    try:
        client = client_of(nats_broker)
        health = Health()
        process = SimpleNamespace(
            definition=SimpleNamespace(stream="OUT_MOBILITY"), refusals=refusals, relay=None, timers=None
        )
        running = SimpleNamespace(client=client, bus=NatsBus(client, inbox_prefix=inbox_of("mobility")))
        register_checks(health, cast("ServiceProcess", process), cast("Running", running))

        async def broker_check() -> CheckResult:
            return next(one for one in await health.results() if one.name == "broker")

        assert (await broker_check()).ok
        await client.subscribe("registry.evt.secret-subject.>")
        await client.publish(FORGED, b"{}")
        await eventually(
            lambda: metrics.registry.get_sample_value("yanzhen_broker_refusals_total", {"kind": "publish"})
        )

        red = await broker_check()
        assert not red.ok
        assert "broker-refuses: the broker refuses this identity a publish" in red.detail
        assert "registry" not in red.detail
        assert metrics.registry.get_sample_value("yanzhen_broker_refusals_total", {"kind": "subscription"}) == 1

        now[0] = REMEMBERED_SECONDS
        assert (await broker_check()).ok
    finally:
        await nats_broker.stop()


async def test_bug_504_an_answer_that_comes_too_late_leaves_the_service_ready(broker: Broker, connect: Connect) -> None:
    """The broker was started anew between a question and its answer: the registry was unready for a minute."""
    metrics = Metrics()
    refusals = BrokerRefusals(metrics)
    nats_broker = make_broker(
        broker.url,
        name="registry",
        seed_file=broker.seed("registry"),
        inbox=inbox_of("registry"),
        refused=refusals.note,
    )
    await nats_broker.connect()
    try:

        async def answer_twice(message: Msg) -> None:
            await message.respond(b"in time")
            await message.respond(b"late")

        registry = client_of(nats_broker)
        await registry.subscribe(f"{SUBJECT}.*", cb=answer_twice)
        await registry.flush()
        notify = await connect("notify")
        answer = await notify.client.request(f"{SUBJECT}.notify", b"", timeout=5)

        assert answer.data == b"in time"
        await eventually(
            lambda: metrics.registry.get_sample_value("yanzhen_broker_refusals_total", {"kind": "reply"}) == 1
        )
        assert refusals.reason is None
    finally:
        await nats_broker.stop()


async def test_a_service_takes_and_acknowledges_at_its_own_door(connect: Connect) -> None:
    outside, registry, operator = (
        await connect("business-registry"),
        await connect("registry"),
        await connect("operator"),
    )
    await outside.client.jetstream().publish("inbound.business-registry.nobody-knows-this.v1", b"{}")

    # As shared/messaging/inbound.py does it: no inbox prefix given, so the client's own must be used.
    door = await registry.client.jetstream().pull_subscribe_bind("registry-inbound", "INBOUND")
    taken: list[Msg] = []
    while not taken or "nobody-knows-this" not in taken[-1].subject:
        batch = await door.fetch(10, timeout=3)
        for message in batch:
            await message.ack()
        taken += batch
    await registry.settled()

    info = await call(operator, "CONSUMER.INFO.INBOUND.registry-inbound")
    assert info["num_ack_pending"] == info["num_pending"] == 0
    assert registry.refused == []


@pytest.mark.parametrize(
    ("role", "stream"),
    [("registry", "MOBILITY"), ("assessment", "REGISTRY"), ("operator", "NOTIFY"), ("business-registry", "MOBILITY")],
)
async def test_bug_2_every_request_is_answered_once(connect: Connect, role: str, stream: str) -> None:
    """Accounts that did not import `$JS.API.INFO` got a second answer: "JetStream not enabled for account"."""
    connection = await connect(role)
    answers: list[bytes] = []

    async def count(message: Msg) -> None:
        answers.append(message.data)

    await connection.client.subscribe(f"{inbox_of(role)}.counted", cb=count)
    for _ in range(5):
        await connection.client.publish(f"$JS.API.STREAM.INFO.OUT_{stream}", b"", reply=f"{inbox_of(role)}.counted")
    await connection.settled()

    assert len(answers) == 5
    assert not any(b'"error"' in answer for answer in answers)


async def test_the_operator_rings_the_others_and_moves_their_clock(connect: Connect) -> None:
    registry, mobility, operator = [await connect(role) for role in ("registry", "mobility", "operator")]
    rung: list[str] = []

    async def hear(message: Msg) -> None:
        rung.append(message.subject)

    for bell in ("bell.registry", "bell.registry-dlq", clock_control.SUBJECT):
        await registry.client.subscribe(bell, cb=hear)
    await registry.settled()
    await operator.client.publish("bell.registry-dlq")
    await operator.client.publish(clock_control.SUBJECT, b"{}")
    await registry.client.publish("bell.registry")
    await mobility.client.publish("bell.registry")
    await mobility.client.publish(clock_control.SUBJECT, b"{}")
    await operator.settled()
    await asyncio.sleep(0.1)

    assert sorted(rung) == ["bell.registry", "bell.registry-dlq", clock_control.SUBJECT]
    assert len(await mobility.settled()) == 2


async def test_an_unknown_key_is_turned_away(broker: Broker, tmp_path: Path) -> None:
    async def quiet(_: Exception) -> None:
        return

    for seed in (str(ensure_seed(tmp_path, "registry")), None):
        with pytest.raises(nats.errors.Error):
            await nats.connect(broker.url, nkeys_seed=seed, allow_reconnect=False, error_cb=quiet)
