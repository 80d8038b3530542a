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

from services.cli.backups.postgres_tools import dump
from services.cli.backups.tls_tunnel import without_binding
from shared.embedded.ports import LOOPBACK
from shared.kernel.errors import Unavailable
from shared.messaging.postgres_outbound import PostgresOutboundQueue
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


async def test_bug_1601_whoever_leads_looks_at_whom_it_talks_to_as_everybody_does(address: str, tmp_path: Path) -> None:
    another = tmp_path / "another.pem"
    another.write_text(make_authority(NOW).certificate)
    engine = make_engine(asking(address, another))
    try:
        with pytest.raises(ssl.SSLCertVerificationError):
            async with PostgresOutboundQueue(engine).lead():
                pass
    finally:
        await engine.dispose()


async def test_postgresqls_own_programs_are_taken_to_whom_the_url_trusts(address: str, tmp_path: Path) -> None:
    ours, another = tmp_path / "ca.pem", tmp_path / "another.pem"
    ours.write_text(AUTHORITY.certificate)
    another.write_text(make_authority(NOW).certificate)

    await dump(asking(address, ours), tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes().startswith(b"PGDMP")
    for wrong in (
        asking(address, another),
        asking(address.replace(LOOPBACK, "localhost"), ours),
        asking(address, tmp_path / "none.pem"),
    ):
        with pytest.raises(Unavailable, match="no-tls"):
            await dump(wrong, tmp_path / "saved")


def test_a_program_without_tls_is_not_offered_what_binds_to_it() -> None:
    offered = b"\0\0\0\x0aSCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"
    in_clear = b"\0\0\0\x03"

    assert without_binding(offered) == b"\0\0\0\x0aSCRAM-SHA-256\0\0"
    assert without_binding(in_clear) == in_clear
