"""PostgreSQL over TLS, as the database's URL asks for it: whom the authority vouches for is talked to, and nobody else.

The servers of the tests are built without TLS. So something in front of them speaks PostgreSQL's way of beginning it, and
nothing in clear.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.embedded.ports import LOOPBACK
from shared.runtime.connect import make_engine
from shared.security.certificates import issue, make_authority
from shared.security.tls import door_context
from tests.support.servers import Servers

NOW = datetime.now(UTC)
AUTHORITY = make_authority(NOW)
ASKS_FOR_TLS = bytes([0, 0, 0, 8, 4, 210, 22, 47])
"""PostgreSQL's SSLRequest: length, and the code 1234·5679."""


@pytest.fixture
async def address(servers: Servers, tmp_path: Path) -> AsyncIterator[str]:
    """Its URL without a word about TLS."""
    issued = issue(AUTHORITY, [LOOPBACK], NOW)
    (tmp_path / "server.pem").write_text(issued.certificate + issued.key)
    context = door_context(tmp_path / "server.pem", tmp_path / "server.pem")
    assert context is not None
    behind = urlsplit(servers.admin_url)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, ssl.SSLError), contextlib.closing(writer):
            if await reader.readexactly(len(ASKS_FOR_TLS)) != ASKS_FOR_TLS:
                return
            writer.write(b"S")
            await writer.start_tls(context)
            from_server, to_server = await asyncio.open_connection(behind.hostname, behind.port)
            with contextlib.closing(to_server):
                await asyncio.gather(_pass_on(reader, to_server), _pass_on(from_server, writer))

    async with await asyncio.start_server(serve, LOOPBACK, 0) as front:
        port = front.sockets[0].getsockname()[1]
        yield behind._replace(netloc=behind.netloc.replace(f":{behind.port}", f":{port}")).geturl()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


def asking(url: str, authority: Path, mode: str = "verify-full") -> str:
    """With what the URL already says."""
    joint = "&" if urlsplit(url).query else "?"
    return f"{url}{joint}{urlencode({'sslmode': mode, 'sslrootcert': str(authority)})}"


async def answers(url: str) -> bool:
    engine = make_engine(url)
    try:
        async with engine.connect() as connection:
            return bool((await connection.execute(text("SELECT 1"))).scalar_one())
    finally:
        await engine.dispose()


async def test_a_url_that_asks_for_tls_gets_it_from_whom_it_trusts_or_not_at_all(address: str, tmp_path: Path) -> None:
    ours, another = tmp_path / "ca.pem", tmp_path / "another.pem"
    ours.write_text(AUTHORITY.certificate)
    another.write_text(make_authority(NOW).certificate)

    assert await answers(asking(address, ours))
    connection = await asyncpg.connect(asking(address, ours))  # as the commands do
    await connection.close()
    for wrong in (asking(address, another), asking(address.replace(LOOPBACK, "localhost"), ours)):
        with pytest.raises(ssl.SSLCertVerificationError):
            await answers(wrong)
    with pytest.raises(DBAPIError, match="closed"):
        await answers(asking(address, ours, "disable"))
