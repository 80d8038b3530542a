"""TLS to PostgreSQL for programs that speak none: the wheel's pg_dump and pg_restore are built without it.

They are given a socket in a directory of ours alone; what comes in there goes on to the server over TLS, to whom the URL
says may be trusted, or not at all.
"""

import asyncio
import contextlib
import ssl
import struct
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import parse_qs, urlsplit

from shared.kernel.errors import Unavailable

PORT: Final = 5432
_ASKS_FOR_TLS: Final = struct.pack("!ii", 8, 80877103)
_CHUNK: Final = 1 << 16


@asynccontextmanager
async def socket_directory(url: str) -> AsyncIterator[str | None]:
    """A directory with a socket that leads to the server of the URL; None where the URL asks for no TLS.

    Raises `Unavailable` (`no-tls`) when whoever answers is not to be trusted, or speaks no TLS.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or PORT
    context = _context(parts.query, host)
    if context is None:
        yield None
        return
    (await _connected(host, port, context))[1].close()  # who cannot be trusted is known before anything starts

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, Unavailable), contextlib.closing(writer):
            from_server, to_server = await _connected(host, port, context)
            with contextlib.closing(to_server):
                await asyncio.gather(_pass_on(reader, to_server), _answers(from_server, writer))

    with tempfile.TemporaryDirectory(prefix="yanzhen-pg-") as directory:  # mode 0700
        async with await asyncio.start_unix_server(serve, f"{directory}/.s.PGSQL.{PORT}"):
            yield directory


def _context(query: str, host: str) -> ssl.SSLContext | None:
    """What the URL says of whom to trust, as PostgreSQL's clients read it."""
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    mode = asked.get("sslmode")
    if mode not in ("require", "verify-ca", "verify-full"):
        return None
    try:
        context = ssl.create_default_context(cafile=asked.get("sslrootcert"))
    except OSError as error:
        raise _no_tls(host, error) from error
    context.check_hostname = mode == "verify-full"
    if mode == "require":
        context.verify_mode = ssl.CERT_NONE
    return context


async def _connected(
    host: str, port: int, context: ssl.SSLContext
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(_ASKS_FOR_TLS)
            if await reader.readexactly(1) != b"S":
                raise ssl.SSLError("the server speaks no TLS")
            await writer.start_tls(context, server_hostname=host)
    except (OSError, EOFError) as error:
        raise _no_tls(host, error) from error
    return reader, writer


def _no_tls(host: str, error: Exception) -> Unavailable:
    return Unavailable(
        "no-tls",
        f"no TLS with the database server at {host} ({error})",
        remedy="look at `ssl` there, and at `sslrootcert` in the database's URL",
    )


async def _answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The server's side. It offers to bind the password to the TLS that the program knows nothing of, and which the program
    would take for somebody in between; so the program does not get to see that offer.
    """
    kind = b"v"
    while kind == b"v":  # another version of the protocol may be talked about before
        kind, length = struct.unpack("!ci", await reader.readexactly(5))
        body = without_binding(await reader.readexactly(length - 4)) if kind == b"R" else b""
        body = body or await reader.readexactly(length - 4)
        writer.write(struct.pack("!ci", kind, len(body) + 4) + body)
    await _pass_on(reader, writer)


def without_binding(request: bytes) -> bytes:
    """PostgreSQL's request for authentication, where it offers a choice (10, SASL) without those that bind a channel."""
    if request[:4] != struct.pack("!i", 10):
        return request
    offered = [name for name in request[4:].split(b"\0") if name and not name.endswith(b"-PLUS")]
    return request[:4] + b"".join(name + b"\0" for name in offered) + b"\0"


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
    writer.close()
