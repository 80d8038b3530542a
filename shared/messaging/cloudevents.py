"""CloudEvents from outside, in binary mode (`ce-` headers) or structured mode (`application/cloudevents+json`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.kernel.errors import Invalid
from shared.kernel.json import from_json, to_json

STRUCTURED = "application/cloudevents+json"
MAX_ATTRIBUTE = 256
_REQUIRED = ("specversion", "id", "source", "type")


@dataclass(frozen=True, slots=True)
class OutsideEvent:
    """What an outside system published: who says so, which event it is, and its data as JSON bytes."""

    system: str
    event_id: str
    source: str
    type: str
    traceparent: str | None
    data: bytes


def parse(subject: str, headers: Mapping[str, str], body: bytes) -> OutsideEvent:
    """The event in a message on `inbound.<system>.<type>`. Raises `Invalid` naming the attribute that is wrong."""
    system = subject.split(".")[1]
    lower = {name.lower(): value for name, value in headers.items()}
    if lower.get("content-type", lower.get("ce-datacontenttype", "")).startswith(STRUCTURED):
        attributes, data = _structured(body)
    else:
        attributes = {name[3:]: value for name, value in lower.items() if name.startswith("ce-")}
        data = body
    for name in _REQUIRED:
        value = attributes.get(name)
        # U+0000 fits into no text column: it would fail in the database, again and again, as our fault.
        if not isinstance(value, str) or not 0 < len(value) <= MAX_ATTRIBUTE or "\x00" in value:
            raise Invalid(
                "bad-cloudevent",
                f"the CloudEvents attribute {name!r} is missing, empty, too long (over {MAX_ATTRIBUTE}), or holds U+0000",
                remedy="send specversion, id, source and type, as ce- headers or in structured mode",
                where=name,
            )
    if attributes["specversion"] != "1.0":
        raise Invalid("bad-cloudevent", "only CloudEvents 1.0 is understood", where="specversion")
    traceparent = attributes.get("traceparent") or lower.get("traceparent")
    return OutsideEvent(system, attributes["id"], attributes["source"], attributes["type"], traceparent or None, data)


def _structured(body: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        document = from_json(body)
    except ValueError:
        raise Invalid("malformed-json", "the body is not JSON", remedy="send one JSON object") from None
    if not isinstance(document, dict):
        raise Invalid("malformed-json", "the body is not a JSON object", remedy="send one CloudEvent per message")
    data = document.pop("data", None)
    return document, to_json(data).encode()
