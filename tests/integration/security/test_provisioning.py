"""Streams and durables: made, repaired, or reported; never silently left as they are."""

import json
import uuid

import pytest
from nats.aio.client import Client

from shared.messaging.provisioning import Drift, StreamSpec
from shared.messaging.topology import ABSENT, DurableSpec, Topology, inspect, provision


@pytest.fixture
def topology() -> Topology:
    name = uuid.uuid4().hex[:8].upper()
    return Topology(
        (StreamSpec(f"IN_{name}", (f"in-{name}.>",), atomic=False),),
        (DurableSpec(f"IN_{name}", f"door-{name}", (f"in-{name}.*.a", f"in-{name}.*.b")),),
    )


def with_filters(topology: Topology, *filters: str) -> Topology:
    old = topology.durables[0]
    return Topology(topology.streams, (DurableSpec(old.stream, old.name, filters),))


async def test_what_is_missing_is_reported_then_made_and_then_left_alone(
    nats_client: Client, topology: Topology
) -> None:
    stream, durable = topology.streams[0].name, topology.durables[0].label

    assert [(d.stream, d.actual) for d in await inspect(nats_client, topology)] == [(stream, ABSENT), (durable, ABSENT)]
    assert (await provision(nats_client, topology)).created == [stream, durable]
    again = await provision(nats_client, topology)

    assert (again.created, again.repaired, again.drift) == ([], [], [])
    assert await inspect(nats_client, topology) == []


@pytest.mark.parametrize("count", [1, 3])
async def test_a_changed_filter_of_an_existing_durable_takes_effect(
    nats_client: Client, topology: Topology, count: int
) -> None:
    await provision(nats_client, topology)
    prefix = topology.streams[0].subjects[0].removesuffix(".>")
    changed = with_filters(topology, *(f"{prefix}.*.{n}" for n in range(count)))

    reported = await inspect(nats_client, changed)
    done = await provision(nats_client, changed)

    assert [d.setting for d in reported] == [d.setting for d in done.repaired] == ["filter_subjects"]
    assert done.drift == []
    assert await inspect(nats_client, changed) == []


async def test_a_durable_that_cannot_be_repaired_is_reported_as_drift(nats_client: Client, topology: Topology) -> None:
    await provision(nats_client, topology)
    spec = topology.durables[0]
    at = f"{spec.stream}.{spec.name}"
    await nats_client.request(f"$JS.API.CONSUMER.DELETE.{at}")
    wrong = {**spec.config(), "ack_policy": "none"}
    body = json.dumps({"stream_name": spec.stream, "config": wrong}).encode()
    await nats_client.request(f"$JS.API.CONSUMER.DURABLE.CREATE.{at}", body)

    done = await provision(nats_client, topology)

    assert done.repaired == []
    assert Drift(spec.label, "ack_policy", "explicit", "none") in done.drift
