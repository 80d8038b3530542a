"""All streams and durable consumers of an installation: read from `infra/nats/streams.toml`, brought about, compared.

Durables are where a silent change hurts: client libraries take an existing durable as it is, whatever was asked for, and
a new filter then never takes effect. So they are compared setting by setting, repaired by an explicit update, and read
once more: what the broker still says differently is reported as drift, never assumed done.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nats.errors
from nats.aio.client import Client

from shared.kernel.errors import Invalid, Unavailable
from shared.messaging.provisioning import Drift, Provisioned, StreamSpec, ensure_stream, inspect_stream

DEFAULT_PATH = Path(__file__).resolve().parents[2] / "infra" / "nats" / "streams.toml"
PATH_VARIABLE = "YANZHEN_NATS_TOPOLOGY"
REPLICAS_VARIABLE = "YANZHEN_NATS_REPLICAS"

ABSENT = "absent"
_NOT_FOUND = (10014, 10059)  # no such consumer, no such stream
_FROZEN = ("deliver_policy", "ack_policy", "replay_policy", "deliver_subject")
"""Settings of a consumer that the broker refuses to change; a new consumer would begin from the start."""


@dataclass(frozen=True, slots=True)
class DurableSpec:
    """A durable pull consumer as it should be: explicit acknowledgement, redelivered until acknowledged."""

    stream: str
    name: str
    filter_subjects: tuple[str, ...]
    description: str = ""
    ack_wait_seconds: int = 30
    max_ack_pending: int = 1000

    @property
    def label(self) -> str:
        """How drift reports call it."""
        return f"{self.stream}/{self.name}"

    def config(self) -> dict[str, Any]:
        """The JetStream configuration this means."""
        return {
            "durable_name": self.name,
            "description": self.description,
            "deliver_policy": "all",
            "ack_policy": "explicit",
            "replay_policy": "instant",
            "ack_wait": self.ack_wait_seconds * 1_000_000_000,
            "max_deliver": -1,
            "max_ack_pending": self.max_ack_pending,
            "filter_subjects": list(self.filter_subjects),
        }


def door_of(service: str) -> str:
    """The name of the durable consumer through which a service takes what outside systems tell it."""
    return f"{service}-inbound"


@dataclass(frozen=True, slots=True)
class Topology:
    """What a broker should hold."""

    streams: tuple[StreamSpec, ...]
    durables: tuple[DurableSpec, ...]


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Topology:
    """The declared topology. Raises `Invalid` (`bad-topology`) naming the file and what is wrong with it."""
    environment = os.environ if environment is None else environment
    path = path or Path(environment.get(PATH_VARIABLE) or DEFAULT_PATH)
    try:
        document = tomllib.loads(path.read_text("utf-8"))
        declared = document.pop("replicas", 1)
        replicas = int(environment.get(REPLICAS_VARIABLE) or declared)
        streams = tuple(_stream(table, replicas) for table in document.pop("stream", []))
        durables = tuple(_durable(table) for table in document.pop("consumer", []))
        if document:
            raise TypeError(f"unknown entries: {', '.join(document)}")
        unknown = {d.stream for d in durables} - {s.name for s in streams}
        if unknown:
            raise TypeError(f"consumers of streams that are not declared: {', '.join(sorted(unknown))}")
    except (OSError, TypeError, ValueError, KeyError) as error:
        raise Invalid(
            "bad-topology",
            f"the declaration of streams cannot be used: {error}",
            remedy=f"correct it, or name another file in {PATH_VARIABLE}",
            where=str(path),
        ) from error
    return Topology(streams, durables)


def _stream(table: dict[str, Any], replicas: int) -> StreamSpec:
    return StreamSpec(**{"replicas": replicas, **table, "subjects": tuple(table["subjects"])})


def _durable(table: dict[str, Any]) -> DurableSpec:
    return DurableSpec(**{**table, "filter_subjects": tuple(table["filter_subjects"])})


async def provision(client: Client, topology: Topology) -> Provisioned:
    """Make what is missing, repair what may be repaired. Raises `Unavailable` when the broker refuses or is silent."""
    total = Provisioned()
    js = client.jetstream()
    try:
        for stream in topology.streams:
            _add(total, await ensure_stream(js, stream))
        for durable in topology.durables:
            _add(total, await _ensure_durable(client, durable))
    except (nats.errors.Error, OSError) as error:
        raise _silent(error) from error
    return total


async def inspect(client: Client, topology: Topology) -> list[Drift]:
    """Every difference between the declaration and the broker, changing nothing."""
    drift: list[Drift] = []
    js = client.jetstream()
    try:
        for stream in topology.streams:
            found = await inspect_stream(js, stream)
            drift += [Drift(stream.name, "stream", "present", ABSENT)] if found is None else found
        for durable in topology.durables:
            found = await _inspect_durable(client, durable)
            drift += [Drift(durable.label, "consumer", "present", ABSENT)] if found is None else found
    except (nats.errors.Error, OSError) as error:
        raise _silent(error) from error
    return drift


def _add(total: Provisioned, one: Provisioned) -> None:
    total.created += one.created
    total.repaired += one.repaired
    total.drift += one.drift


async def _ensure_durable(client: Client, spec: DurableSpec) -> Provisioned:
    drift = await _inspect_durable(client, spec)
    if drift is None:
        await _put(client, spec, "create")
        return Provisioned(created=[spec.label])
    if not drift:
        return Provisioned()
    if any(d.setting in _FROZEN for d in drift):
        return Provisioned(drift=drift)
    await _put(client, spec, "update")
    left = await _inspect_durable(client, spec)
    return Provisioned(repaired=[d for d in drift if d not in (left or [])], drift=left or [])


async def _inspect_durable(client: Client, spec: DurableSpec) -> list[Drift] | None:
    answer = await _request(client, f"CONSUMER.INFO.{spec.stream}.{spec.name}", None)
    if answer.get("error", {}).get("err_code") in _NOT_FOUND:
        return None
    _raise_on_error(answer, spec.label)
    actual: dict[str, Any] = answer["config"]
    # The broker keeps a single filter under another name than several.
    actual["filter_subjects"] = actual.get("filter_subjects") or [actual.get("filter_subject", ">")]
    wanted = {**spec.config(), "deliver_subject": None}
    return [
        Drift(spec.label, setting, expected, actual.get(setting))
        for setting, expected in wanted.items()
        if (actual.get(setting) or None) != (expected or None)
    ]


async def _put(client: Client, spec: DurableSpec, action: str) -> None:
    body = {"stream_name": spec.stream, "config": spec.config(), "action": action}
    call = f"CONSUMER.DURABLE.CREATE.{spec.stream}.{spec.name}"
    _raise_on_error(await _request(client, call, body), spec.label)


async def _request(client: Client, call: str, body: dict[str, Any] | None) -> dict[str, Any]:
    payload = json.dumps(body).encode() if body is not None else b""
    answer: dict[str, Any] = json.loads((await client.request(f"$JS.API.{call}", payload, timeout=10)).data)
    return answer


def _raise_on_error(answer: dict[str, Any], what: str) -> None:
    if error := answer.get("error"):
        raise Unavailable(
            "provisioning-refused",
            f"the broker refuses {what}: {error.get('description')}",
            remedy="see infra/nats/ for what is expected of the broker",
        )


def _silent(error: Exception) -> Unavailable:
    return Unavailable(
        "broker-silent",
        f"the broker does not answer ({type(error).__name__})",
        remedy="see that JetStream is enabled there and that this identity is the operator's",
    )
