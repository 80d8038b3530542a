"""Who is on record for what is done at the terminal."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from services.cli.acting import acting
from services.cli.stack_files import StackFiles
from shared.kernel.errors import Forbidden, Invalid, Unauthenticated
from shared.security.actor import Actor, Assignment, Role

ISSUER = "https://id.example"
KEY = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig", "alg": "ES256"}, private=True)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that is no development installation: an identity provider is named, and nothing else says so."""
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    for name, value in {"OIDC_ISSUER": ISSUER, "OIDC_JWKS_FILE": str(keys)}.items():
        monkeypatch.setenv(f"YANZHEN_{name}", value)
    return tmp_path


def token(role: str = "operator", **changed: Any) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "yanzhen", "exp": now + 600, "sub": "keeper-1", "assignments": [{"role": role}]}
    return jwt.encode({"alg": "ES256", "kid": "k1"}, claims | changed, KEY, algorithms=["ES256"])


async def test_outside_development_nobody_acts_without_a_token(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANZHEN_ACTOR", "keeper-1")
    with pytest.raises(Unauthenticated) as refused:
        await acting(elsewhere, "keeper-1")
    assert (refused.value.code, "YANZHEN_TOKEN" in refused.value.remedy) == ("token-needed", True)


async def test_an_installation_named_by_the_environment_is_none_of_development(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANZHEN_NATS_URL", "tls://broker:4222")
    with pytest.raises(Unauthenticated) as refused:
        await acting(tmp_path)
    assert refused.value.code == "token-needed"
    monkeypatch.setenv("YANZHEN_DEVELOPMENT", "1")
    assert (await acting(tmp_path)).startswith("cli:")


async def test_the_token_says_who_acts(elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANZHEN_TOKEN", token())
    assert await acting(elsewhere) == "keeper-1"
    assert await acting(elsewhere, "keeper-1") == "keeper-1"
    with pytest.raises(Invalid) as refused:
        await acting(elsewhere, "somebody-else")
    assert refused.value.code == "another-actor"

    monkeypatch.delenv("YANZHEN_TOKEN")
    file = tmp_path / "token"
    file.write_text(token(sub="keeper-2") + "\n")
    monkeypatch.setenv("YANZHEN_TOKEN_FILE", str(file))
    assert await acting(elsewhere) == "keeper-2"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (token(exp=int(time.time()) - 600), "token-expired"),
        (token(iss="https://development.yanzhen.invalid"), "token-development"),
        (token(aud="somebody-else"), "token-audience"),
        (token()[:-4] + "AAAA", "token-signature"),
        ("rubbish", "token-malformed"),
    ],
)
async def test_a_token_that_cannot_be_believed_is_refused(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, given: str, code: str
) -> None:
    monkeypatch.setenv("YANZHEN_TOKEN", given)
    with pytest.raises(Unauthenticated) as refused:
        await acting(elsewhere)
    assert refused.value.code == code
    assert given not in str(refused.value)


async def test_only_an_operator_operates(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    department = [{"role": "city-department", "organisation": "city"}]
    monkeypatch.setenv("YANZHEN_TOKEN", token(assignments=department))
    with pytest.raises(Forbidden) as refused:
        await acting(elsewhere)
    assert refused.value.code == "not-an-operator"


async def test_in_development_the_issuer_of_the_data_directory_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = StackFiles(tmp_path).issuer()
    monkeypatch.setenv("YANZHEN_TOKEN", issuer.token(Actor("dev-1", (Assignment(Role.OPERATOR),))))
    assert await acting(tmp_path) == "dev-1"
    monkeypatch.delenv("YANZHEN_TOKEN")
    assert await acting(tmp_path, "clerk-7") == "clerk-7"
    with pytest.raises(Invalid) as refused:
        await acting(tmp_path, "张三")
    assert refused.value.code == "bad-actor"
