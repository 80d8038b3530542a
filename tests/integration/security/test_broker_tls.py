"""The broker over TLS: whoever names an authority gets what it vouches for, or no connection at all."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.cli.broker_connection import connected
from shared.embedded.data_dir import DataDirectory
from shared.embedded.nats import Nats
from shared.embedded.ports import Ports
from shared.kernel.errors import Invalid, Unavailable
from shared.runtime.connect import client_of, make_broker
from shared.security.certificates import issue, make_authority
from shared.security.tls import tls_context
from tests.support.servers import Servers


@pytest.fixture
async def authority(tmp_path: Path) -> Path:
    return _authority(tmp_path, "authority", ("127.0.0.1",))


@pytest.fixture
async def secured(tmp_path: Path, authority: Path) -> AsyncIterator[Nats]:
    directory, ports = DataDirectory(tmp_path / "stack"), Ports()
    directory.open()
    server = tmp_path / "authority-server.pem"
    conf = f'tls {{ cert_file: "{server}", key_file: "{server}", handshake_first: true }}\n'
    nats = Nats(directory, ports.take("nats"), ports.take("monitor"), authorization_conf=conf)
    await nats.start()
    yield nats
    await nats.stop()
    ports.release()
    directory.close()


def _authority(directory: Path, name: str, hosts: tuple[str, ...]) -> Path:
    now = datetime.now(UTC)
    made = make_authority(now)
    server = issue(made, hosts, now)
    (directory / f"{name}-server.pem").write_text(server.certificate + server.key)
    path = directory / f"{name}.pem"
    path.write_text(made.certificate)
    return path


async def test_a_service_and_the_command_connect_to_a_broker_that_is_vouched_for(
    secured: Nats, authority: Path
) -> None:
    broker = make_broker(secured.url, name="test", seed_file=None, inbox="_INBOX_test", ca_file=authority)
    await broker.connect()
    try:
        assert client_of(broker).is_connected
        assert client_of(broker)._transport._io_writer.get_extra_info("cipher") is not None  # type: ignore[union-attr]
    finally:
        await broker.stop()
    async with connected(secured.url, None, ca_file=authority) as client:
        assert client.is_connected


async def test_a_broker_that_another_authority_vouches_for_is_refused(secured: Nats, tmp_path: Path) -> None:
    other = _authority(tmp_path, "other", ("127.0.0.1",))

    with pytest.raises(Unavailable, match="broker-unreachable"):
        async with connected(secured.url, None, ca_file=other):
            pass


async def test_a_broker_under_another_name_is_refused(secured: Nats, authority: Path) -> None:
    with pytest.raises(Unavailable, match="broker-unreachable"):
        async with connected(secured.url.replace("127.0.0.1", "localhost"), None, ca_file=authority):
            pass


async def test_bug_102_whoever_names_an_authority_is_not_talked_out_of_tls(servers: Servers, authority: Path) -> None:
    # nats-py goes on in clear when a server says that it wants no TLS, whatever the client was told to use.
    with pytest.raises(Unavailable, match="broker-unreachable"):
        async with connected(servers.nats_url, None, ca_file=authority):
            pass


def test_an_unusable_authority_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing of the kind")
    for path in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(Invalid) as caught:
            tls_context(path)
        assert (caught.value.code, caught.value.where) == ("bad-ca-file", str(path))


def test_nothing_older_than_tls_1_3_is_spoken(authority: Path) -> None:
    context = tls_context(authority)

    assert context is not None
    assert context.minimum_version is ssl.TLSVersion.TLSv1_3
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
