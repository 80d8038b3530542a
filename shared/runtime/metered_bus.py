"""The way out to the broker, timed and traced: one span per batch that the relay publishes, linked to the producers."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nats.aio.client import Client
from opentelemetry.trace import SpanKind

from shared.eventstore.records import SequencedMessage
from shared.messaging.bus import BusUnavailable
from shared.messaging.nats_bus import NatsBus
from shared.messaging.nats_reader import partition_subject
from shared.observability.metrics import Metrics, exemplar
from shared.observability.tracing import batch_span, exporting

_NO_MESSAGE = 404
_TRACEPARENT = re.compile(r'"traceparent": ?"([^"]{55})"')
"""Read off the stored text: parsing the headers of every message to find one of them would cost more than sending it."""


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """Where a stream ends, what the broker knows to be missing before that, its bytes, and the broker's clock when it said
    so (from 2.10 on).
    """

    sequence: int
    missing: int
    size: int
    at: datetime | None


class MeteredBus(NatsBus):
    """A bus whose publishing is seen, and which tells a little more of streams than a relay needs to know."""

    def __init__(self, client: Client, *, inbox_prefix: str, metrics: Metrics) -> None:
        super().__init__(client, inbox_prefix=inbox_prefix)
        self._metrics = metrics

    async def end_of(self, stream: str) -> StreamEnd:
        """Raises `BusUnavailable`."""
        answer = await self._request(f"$JS.API.STREAM.INFO.{stream}")
        if "error" in answer:
            raise BusUnavailable(f"{stream}: {answer['error'].get('description')}")
        state, at = answer["state"], answer.get("ts")
        last = int(state["last_seq"])
        return StreamEnd(
            last, last - int(state["messages"]), int(state["bytes"]), datetime.fromisoformat(at) if at else None
        )

    async def end_of_partition(self, stream: str, partition: int) -> int:
        """The position of the last message there, 0 when there is none. Raises `BusUnavailable`."""
        wanted = {"last_by_subj": partition_subject(stream, partition)}
        answer = await self._request(f"$JS.API.STREAM.MSG.GET.{stream}", json.dumps(wanted).encode())
        if "error" in answer:
            if answer["error"].get("code") == _NO_MESSAGE:
                return 0
            raise BusUnavailable(f"{stream}: {answer['error'].get('description')}")
        return int(answer["message"]["seq"])

    async def publish(self, stream: str, messages: Sequence[SequencedMessage]) -> None:
        began = time.perf_counter()
        server = self.client.connected_url
        attributes: dict[str, str | int | float | bool] = {
            "messaging.system": "nats",
            "messaging.operation.type": "send",
            "messaging.operation.name": "publish",
            "messaging.destination.name": stream,
            "messaging.batch.message_count": len(messages),
            "server.address": (server.hostname if server else None) or "",
            "server.port": (server.port if server else None) or 4222,
        }
        sources = [_traceparent(message.headers) for message in messages] if exporting() else []
        with batch_span(f"relay {stream}", sources, attributes, kind=SpanKind.PRODUCER):
            await super().publish(stream, messages)
            self._metrics.relay_seconds.observe(time.perf_counter() - began, exemplar())
            self._metrics.relay_published.inc(len(messages))


def _traceparent(headers: str) -> str | None:
    found = _TRACEPARENT.search(headers)
    return found[1] if found else None
