"""The development issuer: one key per directory, and tokens for machine clients that know their secret."""

import stat
from pathlib import Path

import httpx
import pytest

from shared.embedded.issuer import issuer_app
from shared.kernel.errors import Invalid
from shared.security.actor import Actor, Assignment, Role
from shared.security.client_credentials import ClientCredentials, ClientTokens
from shared.security.development_issuer import AUDIENCE, DevelopmentIssuer
from shared.security.key_set import KeySet, from_file
from shared.security.token_names import DEVELOPMENT_ISSUER
from shared.security.tokens import TokenVerifier

BASE = "http://issuer"


@pytest.fixture
def issuer(tmp_path: Path) -> DevelopmentIssuer:
    return DevelopmentIssuer(tmp_path / "identity", ("member-system",))


@pytest.fixture
def verifier(issuer: DevelopmentIssuer) -> TokenVerifier:
    keys = KeySet(from_file(issuer.jwks_file))
    return TokenVerifier(keys, issuer=DEVELOPMENT_ISSUER, audience=AUDIENCE, development=True)


def client(issuer: DevelopmentIssuer) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(issuer_app(issuer, BASE)), base_url=BASE)


async def test_a_directory_keeps_its_key_and_only_its_owner_can_read_it(
    issuer: DevelopmentIssuer, verifier: TokenVerifier, tmp_path: Path
) -> None:
    again = DevelopmentIssuer(tmp_path / "identity")
    assert (await verifier.verify(again.token(Actor("u")))).id == "u"
    issuer.secret("sms-gateway")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "identity").iterdir()} == {0o600}
    assert "d" not in issuer.jwks()["keys"][0]
    assert '"d"' not in issuer.jwks_file.read_text()


async def test_a_client_gets_a_token_for_its_secret(issuer: DevelopmentIssuer, verifier: TokenVerifier) -> None:
    for name, role in (("sms-gateway", Role.PROVIDER), ("member-system", Role.OUTSIDE_SYSTEM)):
        tokens = ClientTokens(ClientCredentials(f"{BASE}/token", name, issuer.secret(name)))
        async with client(issuer) as http:
            header = await tokens.header(http)
            assert await tokens.header(http) == header
            tokens.forget()
            await tokens.header(http)
        actor = await verifier.verify(header["authorization"].removeprefix("Bearer "))
        assert actor == Actor(name, (Assignment(role),))


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "unsupported_grant_type"),
        ({"grant_type": "password", "username": "a", "password": "b"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "sms-gateway", "client_secret": "x"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "../x", "client_secret": "x"}, 401, "invalid_client"),
    ],
)
async def test_whoever_does_not_know_the_secret_gets_nothing(
    issuer: DevelopmentIssuer, form: dict[str, str], status: int, error: str
) -> None:
    async with client(issuer) as http:
        answer = await http.post("/token", data=form)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert (await http.post("/token", content=b"\xff\xfe")).status_code == 400
        assert (await http.post("/token", headers={"authorization": "Basic %%%"})).status_code == 400


async def test_discovery_leads_to_the_keys(issuer: DevelopmentIssuer) -> None:
    async with client(issuer) as http:
        found = (await http.get("/.well-known/openid-configuration")).json()
        assert (await http.get(found["jwks_uri"])).json() == issuer.jwks()


def test_a_damaged_key_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "identity").mkdir()
    (tmp_path / "identity" / "issuer.jwk").write_text("{}")
    with pytest.raises(Invalid, match="bad-issuer-key"):
        DevelopmentIssuer(tmp_path / "identity")


@pytest.mark.parametrize("seconds", [0, -1, 10**9])
def test_lifetimes_are_bounded(issuer: DevelopmentIssuer, seconds: int) -> None:
    with pytest.raises(Invalid, match="bad-lifetime"):
        issuer.token(Actor("u"), seconds)
