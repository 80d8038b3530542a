"""Streams as they should be, brought about and compared: nothing is made on the fly.

`yanzhen provision` makes what is missing, repairs what may be repaired without losing data, and reports the rest as
drift. FastStream's own declaration is switched off everywhere: it rewrote retention, dedup window and flags of a stream
that existed.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from nats.js import JetStreamContext

from shared.kernel.errors import Unavailable

STREAM_NOT_FOUND = 10059
FROZEN = ("retention", "storage")
"""Settings that the broker does not change on a living stream, or that would lose messages."""


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """A stream as it should be. `atomic` allows atomic batch publishing, which only our own relays use."""

    name: str
    subjects: tuple[str, ...]
    replicas: int = 1
    atomic: bool = True
    max_age_days: int = 0
    description: str = ""

    def config(self) -> dict[str, Any]:
        """The JetStream configuration this means."""
        return {
            "name": self.name,
            "description": self.description,
            "subjects": list(self.subjects),
            "retention": "limits",
            "storage": "file",
            "discard": "old",
            "num_replicas": self.replicas,
            "max_age": self.max_age_days * 86_400 * 1_000_000_000,
            "max_msg_size": 1_000_000,
            "duplicate_window": 120_000_000_000,
            "allow_direct": True,
            "allow_atomic": self.atomic,
            # Nobody rewrites history at the broker either; a stream that must go is deleted and rebuilt whole.
            "deny_delete": True,
            "deny_purge": self.atomic,
        }


@dataclass(frozen=True, slots=True)
class Drift:
    """One setting that is not as it should be."""

    stream: str
    setting: str
    expected: Any
    actual: Any


@dataclass(slots=True)
class Provisioned:
    """What provisioning did and what it found."""

    created: list[str] = field(default_factory=list)
    repaired: list[Drift] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)


async def inspect_stream(js: JetStreamContext, spec: StreamSpec) -> list[Drift] | None:
    """The settings that differ; None when the stream does not exist."""
    actual = await _info(js, spec.name)
    if actual is None:
        return None
    return [
        Drift(spec.name, setting, expected, actual.get(setting))
        for setting, expected in spec.config().items()
        if _differs(expected, actual.get(setting))
    ]


async def ensure_stream(js: JetStreamContext, spec: StreamSpec) -> Provisioned:
    """Make the stream, or repair what may be repaired. Raises `Unavailable` when the broker refuses."""
    result = Provisioned()
    drift = await inspect_stream(js, spec)
    if drift is None:
        await _api(js, f"STREAM.CREATE.{spec.name}", spec.config())
        result.created.append(spec.name)
        return result
    result.drift = [d for d in drift if d.setting in FROZEN]
    fixable = [d for d in drift if d.setting not in FROZEN]
    if fixable and not result.drift:
        await _api(js, f"STREAM.UPDATE.{spec.name}", spec.config())
        result.repaired = fixable
    elif fixable:
        result.drift += fixable
    return result


async def _info(js: JetStreamContext, name: str) -> dict[str, Any] | None:
    answer = await _request(js, f"STREAM.INFO.{name}", None)
    if answer.get("error", {}).get("err_code") == STREAM_NOT_FOUND:
        return None
    _raise_on_error(answer, name)
    config: dict[str, Any] = answer["config"]
    return config


async def _api(js: JetStreamContext, call: str, body: dict[str, Any]) -> None:
    _raise_on_error(await _request(js, call, body), call)


async def _request(js: JetStreamContext, call: str, body: dict[str, Any] | None) -> dict[str, Any]:
    payload = json.dumps(body).encode() if body is not None else b""
    message = await js._nc.request(f"$JS.API.{call}", payload, timeout=10)  # noqa: SLF001 - nats-py drops fields it does not know
    answer: dict[str, Any] = json.loads(message.data)
    return answer


def _raise_on_error(answer: dict[str, Any], what: str) -> None:
    error = answer.get("error")
    if error:
        raise Unavailable(
            "provisioning-refused",
            f"the broker refuses {what}: {error.get('description')}",
            remedy="see infra/nats/ for what is expected of the broker",
        )


def _differs(expected: Any, actual: Any) -> bool:
    return expected != actual and not (not expected and actual is None)
