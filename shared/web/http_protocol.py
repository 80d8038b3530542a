"""uvicorn's httptools protocol, with bounds on slow clients and large heads, and refusals that are problems.

uvicorn 0.5x keeps headers of any size in memory, waits for them for ever, and for ever for a client that does not read
its answer: the limits of `RequestLimits` come too late for a client that never ends its headers. What is no HTTP at all
never reaches the application either; it is answered here. `tests/unit/web/test_web_server.py` notices when uvicorn
changes.
"""

import asyncio
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.web.problem import MEDIA_TYPE, Problem, problem_type

MAX_HEAD: Final = 64 << 10
HEAD_SECONDS: Final = 15.0

WRITE_SECONDS: Final = 30.0
"""For which a client may leave an answer unread. Each one costs a handler, its memory, and what it still holds."""


class BoundedHttpToolsProtocol(HttpToolsProtocol):
    """Closes a connection whose request head is too large or takes too long, or that does not read."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head_bytes = 0
        self._in_head = True
        self._patience: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        self._is_read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            self._wait_for_head()
            if self._head_bytes > MAX_HEAD and not self.transport.is_closing():
                self._refuse(431, "headers-too-large", f"target and headers exceed {MAX_HEAD} bytes", "shorten them")

    def send_400_response(self, msg: str) -> None:
        # uvicorn's own is plain text, and says no more.
        del msg
        self._refuse(400, "malformed-request", "this is not an HTTP/1.1 request", "check method, target and headers")

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._is_read()
        super().resume_writing()

    def on_message_begin(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_is_here()
        super().on_headers_complete()

    def _refuse(self, status: int, code: str, detail: str, remedy: str) -> None:
        phrase = HTTPStatus(status).phrase
        problem = Problem(type=problem_type(code), title=phrase, status=status, code=code, detail=detail, remedy=remedy)
        body = problem.model_dump_json(exclude_none=True).encode()
        head = (
            f"HTTP/1.1 {status} {phrase}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
            "cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()

    def _is_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _wait_for_head(self) -> None:
        # uvicorn bounds the silence between two requests, but its timer ends with the first byte of the next.
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _head_is_here(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
