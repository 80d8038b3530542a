"""A door with a certificate talks TLS and nothing else."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from shared.kernel.errors import Invalid
from shared.security.certificates import Issued, issue, make_authority
from shared.security.tls import door_context
from shared.web.app import create_app
from shared.web.server import HttpServer
from tests.unit.web.test_web_server import running

NOW = datetime.now(UTC)
AUTHORITY = make_authority(NOW)


def kept(directory: Path, issued: Issued) -> tuple[Path, Path]:
    certificate, key = directory / "door.pem", directory / "door.key"
    certificate.write_text(issued.certificate)
    key.write_text(issued.key)
    return certificate, key


def trusting(authority: Issued) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=authority.certificate)


async def test_who_trusts_the_authority_is_served_and_nobody_in_clear(tmp_path: Path) -> None:
    tls = door_context(*kept(tmp_path, issue(AUTHORITY, ["127.0.0.1"], NOW)))
    app = create_app(title="t", version="1", access_log=False)
    async with running(HttpServer(app, host="127.0.0.1", port=0, grace_seconds=2, tls=tls)) as port:
        async with httpx.AsyncClient(verify=trusting(AUTHORITY), trust_env=False) as http:
            assert (await http.get(f"https://127.0.0.1:{port}/livez")).json() == {"status": "alive"}
            with pytest.raises(httpx.TransportError):
                await http.get(f"http://127.0.0.1:{port}/livez")
            with pytest.raises(httpx.ConnectError, match="mismatch"):
                await http.get(f"https://localhost:{port}/livez")
        async with httpx.AsyncClient(verify=trusting(make_authority(NOW)), trust_env=False) as stranger:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await stranger.get(f"https://127.0.0.1:{port}/livez")


def test_without_a_certificate_something_in_front_ends_tls() -> None:
    assert door_context(None, None) is None


def test_what_cannot_be_used_is_refused_by_name(tmp_path: Path) -> None:
    certificate, key = kept(tmp_path, issue(AUTHORITY, ["127.0.0.1"], NOW))
    other = tmp_path / "other.key"
    other.write_text(issue(AUTHORITY, ["127.0.0.1"], NOW).key)
    wrong = {
        (certificate, None): "half-a-certificate",
        (None, key): "half-a-certificate",
        (certificate, tmp_path / "nothing"): "bad-certificate",
        (certificate, other): "bad-certificate",
        (key, key): "bad-certificate",
    }
    for given, code in wrong.items():
        with pytest.raises(Invalid) as refused:
            door_context(*given)
        assert refused.value.code == code, given
