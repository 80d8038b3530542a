"""A database that has gone without a word is noticed by the kernel, since nobody else would.

A host that loses power, a container whose address is given to another, a firewall that forgets: no end of the connection
comes, and an answer is waited for until the kernel gives up, after a quarter of an hour. Limits of the role
(`statement_timeout`) are the server's, and it is the server that is gone. A timeout per statement of ours would end slow
ones as well; this ends only those whose packets nobody acknowledges. A frozen server's kernel still does.
"""

import socket
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

SILENCE_SECONDS: Final = 20
"""Longer than a switch takes to find another way, shorter than anybody waits for an answer."""

_OPTIONS: Final = {
    "TCP_USER_TIMEOUT": SILENCE_SECONDS * 1000,  # for what was sent
    "TCP_KEEPIDLE": SILENCE_SECONDS // 2,  # for an answer that is awaited while nothing is sent
    "TCP_KEEPINTVL": SILENCE_SECONDS // 4,
    "TCP_KEEPCNT": 2,
}
"""Those that the system knows: all on Linux."""


def noticing_silence(engine: AsyncEngine) -> AsyncEngine:
    """The same engine, whose connections are given up when the other end is gone: their users are told, as of any
    connection that breaks.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _: object) -> None:
        watch(connection.driver_connection)

    return engine


def watch(driver: Any) -> None:
    """Set it on a connection of the driver."""
    line = driver._transport.get_extra_info("socket")  # noqa: SLF001 - asyncpg has no other way to it
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _OPTIONS.items():
        if hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
