"""What a request may bring: how many bytes, within how long, and JSON that is sound.

The body is read whole before a handler runs. That costs its size in memory, which is bounded, and keeps a handler (and
the database connection it holds) from ever waiting for a slow client. Where files are brought (`uploads`) it is handed on
piece by piece instead, up to the limit of that path; such a handler puts it on disk first and keeps its own time.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.errors import BadRequest, HeadersTooLarge, RequestTimeout, TooLarge
from shared.web.strict_json import parse_strictly

MAX_BODY: Final = 1 << 20
MAX_HEADERS: Final = 32 << 10
BODY_SECONDS: Final = 20.0
_DISCARDED: Final = 4 << 20
"""How much of a body that is too large is read and thrown away: to close with bytes unread resets the connection, and
the client would see that instead of the answer."""


class RequestLimits:
    """Middleware that raises an error of ours for a request beyond the limits; `ErrorBoundary` answers it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_body: int = MAX_BODY,
        max_headers: int = MAX_HEADERS,
        body_seconds: float = BODY_SECONDS,
        uploads: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._uploads = uploads or {}
        self._max_body = max_body
        self._max_headers = max_headers
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._check_head(scope)
        headers = dict(scope["headers"])
        if b"content-length" not in headers and b"transfer-encoding" not in headers:
            # No body announced: nothing to wait for. The server still says when the client is gone.
            await self._app(scope, receive, send)
            return
        if scope["method"] == "POST" and (most := self._uploads.get(scope["path"])):
            await self._app(scope, _counted(receive, most), send)
            return
        body = await self._read(headers.get(b"content-length"), receive)
        if body is None:
            return
        if body and _is_json(headers.get(b"content-type", b"")):
            parse_strictly(body)
        await self._app(scope, _replay(body, receive), send)

    def _check_head(self, scope: Scope) -> None:
        size = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        size += sum(len(name) + len(value) for name, value in scope["headers"])
        if size > self._max_headers:
            raise HeadersTooLarge(
                "headers-too-large", f"target and headers exceed {self._max_headers} bytes", remedy="shorten them"
            )
        # PostgreSQL has no text with U+0000: a parameter that holds it would fail in the database, as our fault.
        if "\x00" in scope["path"] or b"%00" in scope["query_string"] or b"\x00" in scope["query_string"]:
            raise BadRequest("nul-character", "the path or the query holds U+0000", remedy="leave the character out")

    async def _read(self, announced: bytes | None, receive: Receive) -> bytes | None:
        """The whole body; None when the client went away before it was complete."""
        if announced is not None and (not announced.isdigit() or int(announced[:20]) > self._max_body + _DISCARDED):
            raise self._too_large()
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    chunk = message.get("body", b"")
                    size += len(chunk)
                    last = not message.get("more_body", False)
                    if size <= self._max_body:
                        chunks.append(chunk)
                    elif last or size > self._max_body + _DISCARDED:
                        raise self._too_large()
                    if last:
                        return b"".join(chunks)
        except TimeoutError:
            raise RequestTimeout(
                "body-too-slow", f"the body did not arrive within {self._body_seconds:g} s", remedy="send it again"
            ) from None

    def _too_large(self) -> TooLarge:
        return _too_large(self._max_body)


def _too_large(most: int) -> TooLarge:
    return TooLarge("body-too-large", f"the body exceeds {most} bytes", remedy="send it in parts")


def _counted(receive: Receive, most: int) -> Receive:
    """A `receive` that raises once more than that has come."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise _too_large(most)
        return message

    return counted


def _is_json(content_type: bytes) -> bool:
    media_type = content_type.split(b";", 1)[0].strip().lower()
    return media_type == b"application/json" or media_type.endswith(b"+json")


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands over the body that was read, then whatever the server says next."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed
