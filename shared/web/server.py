"""Serving an application inside a process that has other things to do, and stopping it when told."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from shared.kernel.errors import Unavailable
from shared.web.http_protocol import BoundedHttpToolsProtocol

GRACE_SECONDS: Final = 10
KEEP_ALIVE_SECONDS: Final = 5
"""For which a connection may be silent between two requests. Before its first one: `http_protocol.HEAD_SECONDS`."""


class HttpServer:
    """One listening socket and the application behind it. Signals are the business of whoever runs the process."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str,
        port: int,
        grace_seconds: int = GRACE_SECONDS,
        limit_concurrency: int | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`port` 0 takes a free one. With `tls` it talks nothing else. Beyond `limit_concurrency` requests at once, the next
        gets a bare 503.
        """
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None
        config = uvicorn.Config(
            app,
            http=BoundedHttpToolsProtocol,
            ws="none",
            lifespan="on",
            log_config=None,  # our logging routes uvicorn's loggers already
            access_log=False,  # `RequestTelemetry` logs requests, without their query strings
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=grace_seconds,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            limit_concurrency=limit_concurrency,
        )
        if tls is not None:
            config.load()  # where uvicorn would make a context of its own; ours was checked when the service was configured
            config.ssl = tls
        self._server = _Server(config)

    def bind(self) -> int:
        """Take the port, and say which it is; raises `Unavailable` when it is taken.

        Apart from `run`, so that a service that cannot listen fails before it has begun anything else.
        """
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # asyncio sets TCP_NODELAY only where the protocol is named. Without it each answer of two writes waits 40 ms for
        # the client's delayed acknowledgement (measured: p50 48 ms instead of 6).
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((self._host, self._port))
        except OSError as error:
            listening.close()
            raise Unavailable(
                "port-taken",
                f"cannot listen on {self._host}:{self._port} ({error.strerror})",
                remedy="stop what listens there, or choose another port",
            ) from error
        listening.setblocking(False)
        self._socket = listening
        self._port = listening.getsockname()[1]
        return self._port

    @property
    def started(self) -> bool:
        """Whether requests are being taken."""
        return self._server.started

    async def run(self) -> None:
        """Serve until `stop`; returns once requests in flight are answered or their time is up.

        Raises `Unavailable` when the application's start-up failed (its cause is in the log).
        """
        if self._socket is None:
            self.bind()
        assert self._socket is not None  # noqa: S101
        try:
            await self._server.serve(sockets=[self._socket])
        except SystemExit as error:  # uvicorn's way to say so; it would take the whole process along
            raise Unavailable("start-up-failed", "the application did not start", remedy="see the log") from error
        finally:
            self._socket.close()
            self._socket = None
        if not self._server.started:
            raise Unavailable("start-up-failed", "the application did not start", remedy="see the log")

    def stop(self) -> None:
        """Take no new connections, finish what is in flight, end `run`. Safe to call more than once."""
        self._server.should_exit = True
        self._server.stopping.set()


class _Server(uvicorn.Server):
    """uvicorn, which otherwise wakes ten times a second to see whether it should stop, and takes over the signals."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # 0 is the tick that renews the Date header, once a second
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), 1.0)
