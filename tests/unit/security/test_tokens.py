"""Tokens: what is believed, for how long, and what becomes of it when the provider changes its keys or goes away."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from shared.kernel.errors import Invalid, Unauthenticated, Unavailable
from shared.runtime.identity import verifier_of
from shared.runtime.settings import ServiceSettings
from shared.security.actor import Actor, Assignment, Line, Role, actor_of, claims_of
from shared.security.key_set import COOLDOWN, LIFETIME, OLDEST, KeySet
from shared.security.token_names import DEVELOPMENT_ISSUER
from shared.security.tokens import LEEWAY, REMEMBERED, TokenVerifier

NOW = 1_800_000_000
ISSUER = "https://id.example"


class Provider:
    """An identity provider that a test turns on and off."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {}
        self.away = False
        self.asked = 0
        self.now = 0.0

    def add(self, kid: str, kind: str = "EC") -> None:
        make: dict[str, Callable[[], Any]] = {
            "EC": lambda: ECKey.generate_key("P-256", {"kid": kid}, private=True),
            "OKP": lambda: OKPKey.generate_key("Ed25519", {"kid": kid}, private=True),
            "RSA": lambda: RSAKey.generate_key(2048, {"kid": kid}, private=True),
        }
        self.keys[kid] = make[kind]()

    async def fetch(self) -> bytes:
        self.asked += 1
        if self.away:
            raise httpx.ConnectError("nobody there")
        return json.dumps({"keys": [key.as_dict(private=False) for key in self.keys.values()]}).encode()

    def token(self, kid: str = "a", alg: str = "ES256", key: Any = None, **changed: Any) -> str:
        claims = {"iss": ISSUER, "aud": "yanzhen", "exp": NOW + 600, "sub": "u1",
                  "assignments": [{"role": "auditor", "organisation": "w"}]}  # fmt: skip
        given = {name: value for name, value in (claims | changed).items() if value is not ...}
        return jwt.encode({"alg": alg, "kid": kid}, given, key or self.keys[kid], algorithms=[alg])


@pytest.fixture
def provider() -> Provider:
    provider = Provider()
    provider.add("a")
    return provider


@pytest.fixture
def verifier(provider: Provider) -> TokenVerifier:
    keys = KeySet(provider.fetch, now=lambda: provider.now)
    return TokenVerifier(keys, issuer=ISSUER, audience="yanzhen", now=lambda: NOW + provider.now)


async def test_a_good_token_speaks_of_its_actor(provider: Provider, verifier: TokenVerifier) -> None:
    actor = await verifier.verify(provider.token())
    assert actor == Actor("u1", (Assignment(Role.AUDITOR, "w"),))
    assert await verifier.verify(provider.token(aud=["other", "yanzhen"])) == actor


@pytest.mark.parametrize(("kind", "alg"), [("OKP", "Ed25519"), ("RSA", "RS256"), ("RSA", "PS256")])
async def test_providers_sign_in_several_ways(provider: Provider, verifier: TokenVerifier, kind: str, alg: str) -> None:
    provider.add("b", kind)
    assert (await verifier.verify(provider.token("b", alg))).id == "u1"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"iss": "https://evil.example"}, "token-issuer"), ({"iss": ...}, "token-issuer"),
        ({"aud": "x"}, "token-audience"), ({"aud": ...}, "token-audience"), ({"aud": 7}, "token-audience"),
        ({"exp": NOW - LEEWAY}, "token-expired"), ({"exp": ...}, "token-expired"), ({"exp": "soon"}, "token-expired"),
        ({"nbf": NOW + LEEWAY + 1}, "token-not-yet-valid"), ({"sub": ...}, "bad-assignments"),
        ({"sub": "two words"}, "bad-assignments"), ({"assignments": "auditor"}, "bad-assignments"),
        ({"assignments": [{"role": "auditor"}]}, "bad-assignments"),
        ({"assignments": [{"role": "operator", "organisation": "w"}]}, "bad-assignments"),
        ({"assignments": [{"role": "auditor", "organisation": "w", "line": "both"}]}, "bad-assignments"),
        ({"assignments": [{"role": "auditor", "organisation": {"$ne": 1}}]}, "bad-assignments"),
        ({"assignments": [{"role": "auditor", "station": "s"}]}, "bad-assignments"),
        ({"assignments": [{"role": "auditor", "organisation": "w"}] * 51}, "bad-assignments"),
        ({"iss": DEVELOPMENT_ISSUER}, "token-development"),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_refused_by_name(
    provider: Provider, verifier: TokenVerifier, changed: dict[str, Any], code: str
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await verifier.verify(provider.token(**changed))
    assert refused.value.code == code


async def test_clocks_may_differ_a_little(provider: Provider, verifier: TokenVerifier) -> None:
    await verifier.verify(provider.token(exp=NOW - LEEWAY + 1))
    await verifier.verify(provider.token(nbf=NOW + LEEWAY))


async def test_a_token_that_was_believed_is_not_believed_for_ever(provider: Provider, verifier: TokenVerifier) -> None:
    token = provider.token(exp=NOW + 60)
    await verifier.verify(token)
    provider.now = 60 + LEEWAY
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)


async def test_a_key_is_used_for_what_it_is_for(provider: Provider, verifier: TokenVerifier) -> None:
    provider.add("r", "RSA")
    for kid, alg, key in (("a", "RS256", provider.keys["r"]), ("r", "ES256", provider.keys["a"])):
        with pytest.raises(Unauthenticated, match="token-signature"):
            await verifier.verify(provider.token(kid, alg, key))


async def test_a_role_that_is_not_ours_gives_nothing(provider: Provider, verifier: TokenVerifier) -> None:
    assert (await verifier.verify(provider.token(assignments=[{"role": "wizard"}]))).assignments == ()
    assert (await verifier.verify(provider.token(assignments=...))).assignments == ()


async def test_a_new_key_is_found_and_a_withdrawn_one_no_longer_counts(
    provider: Provider, verifier: TokenVerifier
) -> None:
    old = provider.token()
    await verifier.verify(old)
    provider.add("b")
    del provider.keys["a"]
    provider.now = COOLDOWN
    await verifier.verify(provider.token("b"))
    with pytest.raises(Unauthenticated, match="token-key"):
        await verifier.verify(old)  # remembered as good until the keys became others


async def test_names_of_keys_that_somebody_makes_up_do_not_make_us_ask(
    provider: Provider, verifier: TokenVerifier
) -> None:
    stranger = ECKey.generate_key("P-256", private=True)
    for number in range(50):
        with pytest.raises(Unauthenticated, match="token-key"):
            await verifier.verify(provider.token(f"made-up-{number}", key=stranger))
    assert provider.asked == 1
    provider.now = COOLDOWN
    with pytest.raises(Unauthenticated):
        await verifier.verify(provider.token("made-up", key=stranger))
    assert provider.asked == 2


async def test_while_the_provider_is_away_its_keys_go_on_counting_for_a_day(
    provider: Provider, verifier: TokenVerifier
) -> None:
    await verifier.verify(provider.token())
    provider.away = True
    provider.now = LIFETIME + 1
    assert (await verifier.verify(provider.token(exp=NOW + 10 * LIFETIME))).id == "u1"
    assert provider.asked == 2
    provider.now = OLDEST + 1
    with pytest.raises(Unavailable, match="keys-unavailable"):
        await verifier.verify(provider.token(exp=NOW + 2 * OLDEST))
    provider.away = False
    provider.now += COOLDOWN
    await verifier.verify(provider.token(exp=NOW + 2 * OLDEST))


async def test_without_any_keys_nobody_is_recognised_and_that_is_our_fault(provider: Provider) -> None:
    provider.away = True
    verifier = TokenVerifier(KeySet(provider.fetch), issuer=ISSUER, audience="yanzhen")
    with pytest.raises(Unavailable):
        await verifier.verify(provider.token())


@pytest.mark.parametrize(
    "document", [b"", b"[]", b"{}", b'{"keys": []}', b'{"keys": [{"kty": "oct", "kid": "a", "k": "eA"}]}']
)
async def test_a_document_without_usable_keys_replaces_nothing(provider: Provider, document: bytes) -> None:
    said = [await provider.fetch(), document]

    async def fetch() -> bytes:
        return said.pop(0)

    clock = {"now": 0.0}
    keys = KeySet(fetch, now=lambda: clock["now"])
    assert await keys.key("a") is not None
    clock["now"] = LIFETIME + 1
    assert await keys.key("a") is not None
    assert said == []


async def test_readiness_says_whether_anybody_can_be_recognised(provider: Provider) -> None:
    keys = KeySet(provider.fetch, now=lambda: provider.now)
    provider.away = True
    with pytest.raises(Unavailable):
        await keys.ready()
    provider.away, provider.now = False, COOLDOWN
    assert await keys.ready() == "1 keys"


async def test_memory_of_tokens_is_bounded(provider: Provider, verifier: TokenVerifier) -> None:
    await verifier.verify(provider.token())
    await verifier.verify(provider.token(sub="u2"))
    verifier._known.update({bytes([n % 256, n // 256]): (Actor("x"), NOW + 9.0) for n in range(REMEMBERED - 2)})
    await verifier.verify(provider.token(sub="u3"))
    assert len(verifier._known) == REMEMBERED


async def test_the_development_issuer_counts_in_development_only(provider: Provider) -> None:
    provider.add("development-1")
    token = provider.token("development-1")
    for development in (True, False):
        verifier = TokenVerifier(
            KeySet(provider.fetch), issuer=ISSUER, audience="yanzhen", development=development, now=lambda: NOW
        )
        if development:
            assert (await verifier.verify(token)).id == "u1"
        else:
            with pytest.raises(Unauthenticated, match="token-development"):
                await verifier.verify(token)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "no-issuer"),
        ({"oidc_issuer": DEVELOPMENT_ISSUER, "oidc_jwks_file": "/x"}, "development-issuer"),
        ({"oidc_issuer": ISSUER}, "no-keys"),
        ({"oidc_issuer": ISSUER, "oidc_jwks_url": "https://id.example/k", "oidc_jwks_file": "/x"}, "no-keys"),
        ({"oidc_issuer": ISSUER, "oidc_jwks_url": "http://id.example/keys"}, "insecure-keys"),
    ],
)
def test_a_service_does_not_start_with_settings_that_let_in_the_wrong_ones(given: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        verifier_of(ServiceSettings(database_url="x", **given))
    assert refused.value.code == code


def test_claims_are_read_as_they_were_written() -> None:
    actor = Actor(
        "u",
        (
            Assignment(Role.CITY_DEPARTMENT, "w", line=Line.AUTHORITY), Assignment(Role.INSTRUCTOR, station_id="s"),
            Assignment(Role.OPERATOR),
        ),
    )  # fmt: skip
    assert actor_of(claims_of(actor)) == actor
