"""The envelope: CloudEvents 1.0 attributes as `ce-` headers (NATS binary mode), the event's JSON as the body.

`position` and `prev` are added when the relay publishes: they are known only once the sequencer has placed the message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.contracts.base import PublicEvent, partition_of
from shared.eventstore.context import Cause
from shared.eventstore.records import OutgoingMessage
from shared.kernel.json import to_json

SCHEMA_ROOT = "urn:yanzhen:schema:"
_NEEDED = ("ce-id", "ce-type", "ce-partitionkey", "ce-position", "ce-prev")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A received message: where it stands, what it is, and its body still as bytes."""

    source: str
    position: int
    prev: int
    partition: int
    key: str
    event_id: str
    type: str
    headers: Mapping[str, str]
    data: bytes

    def cause(self) -> Cause:
        """The cause of whatever this message brings about."""
        return Cause(
            correlation_id=self.headers.get("ce-correlationid", self.event_id),
            causation_id=self.event_id,
            actor=self.source,
            traceparent=self.headers.get("traceparent"),
        )


def outgoing(event: PublicEvent, event_id: str, stream_version: int, cause: Cause, at: datetime) -> OutgoingMessage:
    """The message of a public event, ready for the outbox."""
    key = event.partition_key
    headers = {
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-source": f"urn:yanzhen:{event.service}",
        "ce-type": event.ce_type,
        "ce-subject": event.subject_id,
        "ce-time": at.isoformat(),
        "ce-dataschema": f"{SCHEMA_ROOT}{event.ce_type}",
        "ce-datacontenttype": "application/json",
        "ce-correlationid": cause.correlation_id,
        "ce-partitionkey": key,
        "ce-streamversion": str(stream_version),
        "ce-dataclass": event.data_class,
    }
    if cause.causation_id:
        headers["ce-causationid"] = cause.causation_id
    if cause.traceparent:
        headers["traceparent"] = cause.traceparent
    return OutgoingMessage(
        event_id, event.nats_subject(), partition_of(key), to_json(headers), event.model_dump_json().encode()
    )


def received(source: str, sequence: int, headers: Mapping[str, str], data: bytes) -> Envelope:
    """A message of one of our own streams. Raises ValueError when it cannot be one: only the relay writes there."""
    missing = [name for name in _NEEDED if name not in headers]
    if missing:
        raise ValueError(f"{source} holds a message without {', '.join(missing)} at sequence {sequence}")
    position = int(headers["ce-position"])
    if position != sequence:
        raise ValueError(f"{source} holds position {position} at sequence {sequence}")
    key = headers["ce-partitionkey"]
    return Envelope(
        source, position, int(headers["ce-prev"]), partition_of(key), key, headers["ce-id"], headers["ce-type"],
        headers, data,
    )  # fmt: skip


def as_log(envelope: Envelope) -> dict[str, Any]:
    """What may be said of a message in a log: never its body, never its key."""
    return {"source": envelope.source, "position": envelope.position, "type": envelope.type, "id": envelope.event_id}
