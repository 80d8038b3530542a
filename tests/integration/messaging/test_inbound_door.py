"""The door for outside systems on a real broker: taken once, refused readably, nothing lost, nothing half-applied."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig
from sqlalchemy.ext.asyncio import AsyncEngine

from services.registry.application.reactions import INBOUND, refused
from services.registry.model import MODEL
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.messaging.inbound import InboundDoor
from shared.messaging.nats_inbound import NatsInboundQueue
from shared.messaging.provisioning import StreamSpec, ensure_stream
from tests.support.harness import eventually
from tests.support.kernel import Kernel, assemble

USCC = "91110108551385082Q"
OTHER = "91110000600037341L"


class Door:
    def __init__(self, kernel: Kernel, client: Client, stream: str, prefix: str) -> None:
        self.kernel, self._client, self._prefix = kernel, client, prefix
        queue = NatsInboundQueue("registry", client, stream=stream, inbox="_INBOX")
        self.door = InboundDoor("registry", INBOUND, refused, kernel.executor, queue)

    async def send(self, body: bytes | dict[str, Any], kind: str = "unit-changed.v1", **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        defaults = {"specversion": "1.0", "id": uuid.uuid4().hex, "source": "urn:amr:hunan", "type": f"cn.amr.{kind}"}
        given = {f"ce-{name}": value for name, value in (defaults | headers).items() if value}
        await self._client.jetstream().publish(f"{self._prefix}.amr.{kind}", data, headers=given or None)

    async def units(self) -> dict[str, Any]:
        return {row["uscc"]: row for row in await self.kernel.store.find_rows("units", {})}

    async def refusals(self) -> list[str]:
        return [letter.code for _, _, letter in await self.kernel.store.dead_letters("registry-inbound")]


@pytest.fixture
async def door(engine: AsyncEngine, nats_client: Client) -> AsyncIterator[Door]:
    stream, prefix = f"INBOUND_{uuid.uuid4().hex[:6]}", f"i{uuid.uuid4().hex[:8]}"
    js = nats_client.jetstream()
    await ensure_stream(js, StreamSpec(stream, (f"{prefix}.>",), atomic=False))
    await js.add_consumer(
        stream, ConsumerConfig(durable_name="registry-inbound", ack_policy=AckPolicy.EXPLICIT, ack_wait=2)
    )
    await migrate(engine, MODEL)
    door = Door(assemble(MODEL, PostgresStore(engine, MODEL.views)), nats_client, stream, prefix)

    async def run() -> None:
        while True:
            await door.door.handle(await door.door.next())

    task = asyncio.create_task(run())
    yield door
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await js.delete_stream(stream)


async def test_a_reported_unit_is_entered_and_changed(door: Door) -> None:
    await door.send({"uscc": USCC, "name": "甲公司", "area_code": "430702"})
    await door.send({"uscc": USCC, "name": "乙公司"})
    await eventually(lambda: _named(door, "乙公司"))
    structured = {"specversion": "1.0", "id": "s1", "source": "urn:x", "type": "cn.unit-changed.v1",
                  "data": {"uscc": USCC, "name": "丙公司"}}  # fmt: skip
    await door._client.jetstream().publish(
        f"{door._prefix}.amr.unit-changed.v1",
        json.dumps(structured).encode(),
        headers={"content-type": "application/cloudevents+json"},
    )
    await eventually(lambda: _named(door, "丙公司"))
    assert await door.refusals() == []


async def _named(door: Door, name: str) -> bool:
    return bool((await door.units()).get(USCC, {}).get("name") == name)


async def test_a_message_that_comes_again_takes_effect_once(door: Door) -> None:
    for name in ("甲公司", "乙公司", "甲公司"):
        await door.send({"uscc": USCC, "name": name, "area_code": "430702"}, id="same")
    await door.send({"uscc": OTHER, "name": "末", "area_code": "430702"})
    await eventually(lambda: _has(door, OTHER))
    assert await _named(door, "甲公司")
    assert len((await door.kernel.store.read_streams({f"unit-{USCC}": 0}))[f"unit-{USCC}"]) == 1


async def _has(door: Door, uscc: str) -> bool:
    return uscc in await door.units()


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"{", {}, "schema-violation"),
        (b"\xff\xfe", {}, "schema-violation"),
        ({"uscc": "91110108551385082A"}, {}, "schema-violation"),
        ({"uscc": USCC, "colour": "red"}, {}, "schema-violation"),
        ({"uscc": USCC}, {}, "unit-unknown"),
        ({"uscc": USCC, "name": "x", "area_code": "430702"}, {"type": "cn.amr.unit-exploded.v9"}, "unknown-event-type"),
        ({"uscc": USCC}, {"id": ""}, "bad-cloudevent"),
        ({"uscc": USCC}, {"specversion": "0.3"}, "bad-cloudevent"),
    ],
)
async def test_a_wrong_message_is_refused_with_a_reason_and_the_next_one_is_taken(
    door: Door, body: bytes | dict[str, Any], headers: dict[str, str], code: str
) -> None:
    await door.send(body, **headers)
    await door.send({"uscc": OTHER, "name": "好", "area_code": "430702"})
    await eventually(lambda: _has(door, OTHER))
    assert await door.refusals() == [code]
    assert USCC not in await door.units()
    events = await door.kernel.store.read_streams({f"unit-{USCC}": 0})
    assert events[f"unit-{USCC}"] == []


async def test_a_crash_before_the_acknowledgement_brings_it_again_and_does_nothing_twice(door: Door) -> None:
    from nats.aio.msg import Msg

    original, lost = Msg.ack, 0

    async def ack(self: Msg) -> None:
        nonlocal lost
        if lost < 2:
            lost += 1
            return
        await original(self)

    Msg.ack = ack  # type: ignore[method-assign]
    try:
        await door.send({"uscc": USCC, "name": "甲公司", "area_code": "430702"})
        await eventually(lambda: lost == 2)
        await door.send({"uscc": OTHER, "name": "末", "area_code": "430702"})
        await eventually(lambda: _has(door, OTHER))
    finally:
        Msg.ack = original  # type: ignore[method-assign]
    assert len((await door.kernel.store.read_streams({f"unit-{USCC}": 0}))[f"unit-{USCC}"]) == 1
