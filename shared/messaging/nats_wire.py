"""NATS frames written and headers read in one go; nats-py does both byte by byte.

Measured for our sixteen headers: writing 17 µs with nats-py and 2 here, reading 13 µs and 3. It was a third of the
relay's time and a quarter of a consumer's. What is used of nats-py's inside is in this file alone, and
`tests/unit/messaging/test_nats_wire.py` notices when a new version changes it.
"""

from collections.abc import Sequence

import nats.errors
from nats.aio.client import Client

from shared.kernel.json import from_json

_VERSION = "NATS/1.0\r\n"
_BLANKS = " \t\r\n\v\f"
_NEW_LINES = str.maketrans("\r\n", "  ")


def header_lines(stored: str) -> str:
    """The lines of headers that are stored as JSON text of one flat object.

    A text without a backslash escapes nothing: it can hold neither quotes nor line ends within its values, so its
    punctuation is the JSON's own. Any other, and one with blanks between its parts, is parsed; a line end in a value
    becomes a space: it would begin a header.
    """
    if "\\" in stored or '": ' in stored or len(stored) <= len("{}"):
        headers: dict[str, str] = from_json(stored)
        return "".join(f"{name}: {value.translate(_NEW_LINES)}\r\n" for name, value in headers.items())
    return stored[2:-2].replace('":"', ": ").replace('","', "\r\n") + "\r\n"


def frame(subject: str, reply: str, lines: str, data: bytes) -> bytes:
    """One message with headers, as it goes over the wire; `lines` each end with CR LF."""
    head = f"{_VERSION}{lines}\r\n".encode()
    size = len(head)
    return b"%b%b%b\r\n" % (f"HPUB {subject} {reply} {size} {size + len(data)}\r\n".encode(), head, data)


async def send(client: Client, frames: Sequence[bytes]) -> None:
    """Hand frames to the connection. Raises nats-py's error when there is none or a frame is too large for the broker."""
    if not client.is_connected:
        # nats-py would keep them for the next connection; whoever fences has to know that they are not on their way.
        raise nats.errors.ConnectionClosedError
    # The smaller limit holds for payload with headers, and a frame is longer than that by its first line alone.
    if max(map(len, frames)) > client.max_payload:
        raise nats.errors.MaxPayloadError
    client.stats["out_msgs"] += len(frames)
    await client._send_command(b"".join(frames))  # noqa: SLF001
    if client._flush_queue is not None and client._flush_queue.empty():  # noqa: SLF001
        await client._flush_pending()  # noqa: SLF001


def read_fast(client: Client) -> None:
    """Let this connection read headers with `parse_headers`."""
    client._parse_header_lines = parse_headers  # type: ignore[method-assign]  # noqa: SLF001


def parse_headers(raw: bytes) -> dict[str, str]:
    """The headers of a message; like nats-py's, but line by line instead of letter by letter."""
    headers: dict[str, str] = {}
    for line in raw.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip(_BLANKS)] = value.strip(_BLANKS)
    return headers
