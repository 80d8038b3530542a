"""The identity provider's keys over real HTTP: changed, withdrawn, damaged, slow, and forged."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from shared.embedded.ports import LOOPBACK
from shared.kernel.errors import Unauthenticated, Unavailable
from shared.security.key_set import COOLDOWN, LIFETIME, KeySet, from_url
from shared.security.tokens import LEEWAY, TokenVerifier

ISSUER = "https://id.example"


class Provider:
    """An identity provider's `jwks_uri`: what it answers is set by the test."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {}
        self.asked = 0
        self.answer: Callable[[], bytes] = self.good
        self.url = ""
        self.elapsed = 0.0

    def add(self, kid: str) -> None:
        self.keys[kid] = ECKey.generate_key("P-256", {"kid": kid}, private=True)

    def good(self) -> bytes:
        return json.dumps({"keys": [key.as_dict(private=False) for key in self.keys.values()]}).encode()

    def token(self, kid: str, *, key: Any = None, alg: str = "ES256", **changed: Any) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": "yanzhen", "exp": now + 36000, "sub": "u1", "assignments": []} | changed
        return jwt.encode({"alg": alg, "kid": kid}, claims, key or self.keys[kid], algorithms=[alg])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError), contextlib.closing(writer):
            await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            said = self.answer()
            if not said.startswith(b"HTTP/"):
                said = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(said) + said
            writer.write(said)
            await writer.drain()


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider()
    provider.add("a")
    async with await asyncio.start_server(provider.serve, LOOPBACK, 0) as server:
        provider.url = f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}/jwks"
        yield provider


@pytest.fixture
def verifier(provider: Provider) -> TokenVerifier:
    keys = KeySet(from_url(provider.url), now=lambda: time.monotonic() + provider.elapsed)
    return TokenVerifier(keys, issuer=ISSUER, audience="yanzhen")


async def test_keys_are_exchanged_while_tokens_of_both_are_about(provider: Provider, verifier: TokenVerifier) -> None:
    old = provider.token("a")
    assert (await verifier.verify(old)).id == "u1"
    provider.add("b")  # the new one is published before it signs
    provider.elapsed += COOLDOWN + 1
    assert (await verifier.verify(provider.token("b"))).id == "u1"
    assert (await verifier.verify(old)).id == "u1"
    assert provider.asked == 2
    del provider.keys["a"]  # and the old one is withdrawn when its last token has run out
    provider.elapsed += LIFETIME + 1
    await verifier.verify(provider.token("b", sub="u2"))
    with pytest.raises(Unauthenticated, match="token-key"):
        await verifier.verify(old)


async def test_a_key_that_is_exchanged_under_its_old_name_no_longer_counts(
    provider: Provider, verifier: TokenVerifier
) -> None:
    old = provider.token("a")
    await verifier.verify(old)
    provider.add("a")
    provider.elapsed += LIFETIME + 1
    await verifier.verify(provider.token("a"))
    with pytest.raises(Unauthenticated, match="token-signature"):
        await verifier.verify(old)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\nConnection: close\r\n\r\n{",
        b"not http at all\r\n\r\n",
        b"<html>",
        b'{"keys": []}',
        b'{"keys": "' + b"x" * (2 << 20) + b'"}',
    ],
    ids=["error", "redirect", "cut off", "no http", "no json", "no keys", "endless"],
)
async def test_an_answer_of_no_use_costs_nobody_their_keys(
    provider: Provider, verifier: TokenVerifier, answer: bytes
) -> None:
    await verifier.verify(provider.token("a"))
    provider.answer = lambda: answer if answer.startswith((b"HTTP/", b"{", b"<")) else b"HTTP/" + answer
    provider.elapsed += LIFETIME + 1
    assert (await verifier.verify(provider.token("a", sub="u2"))).id == "u2"
    assert provider.asked == 2


async def test_without_an_answer_from_the_beginning_nobody_is_recognised(
    provider: Provider, verifier: TokenVerifier
) -> None:
    provider.answer = lambda: b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with pytest.raises(Unavailable, match="keys-unavailable"):
        await verifier.verify(provider.token("a"))
    with pytest.raises(Unavailable, match="keys-unavailable"):
        await verifier.ready()


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _hmac(signed: str, secret: bytes) -> str:
    """By hand: the library refuses to take a public key for a secret."""
    made = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def _forged(provider: Provider) -> dict[str, str]:
    """Tokens wrong in one way each, by the code that they are refused with."""
    good = provider.token("a")
    _, payload, signature = good.split(".")
    now = int(time.time())
    public = provider.keys["a"].as_dict(private=False)
    stranger = ECKey.generate_key("P-256", private=True)
    wide = ECKey.generate_key("P-384", private=True)
    secrets = {
        "its JWK": json.dumps(public).encode(),
        "its PEM": provider.keys["a"].as_pem(private=False),
        "nothing": b"\0",
    }
    forged = {
        f"token-algorithm: HS256 with {what}": _hmac(f"{_part({'alg': 'HS256', 'kid': 'a'})}.{payload}", secret)
        for what, secret in secrets.items()
    }
    for alg in ("none", "None", "NONE", "", None, 7, ["ES256"]):
        forged[f"token-algorithm or malformed: alg {alg!r}"] = f"{_part({'alg': alg, 'kid': 'a'})}.{payload}."
    return forged | {
        "token-algorithm or malformed: none, with a signature": f"{_part({'alg': 'none', 'kid': 'a'})}.{payload}.{signature}",
        "token-signature: an RSA key under its name": provider.token(
            "a", key=RSAKey.generate_key(2048, private=True), alg="RS256"
        ),
        "token-signature: a stranger's": provider.token("a", key=stranger),
        "token-algorithm or signature: another curve": provider.token("a", key=wide, alg="ES384"),
        "token-signature: a key brought along": jwt.encode(
            {"alg": "ES256", "kid": "a", "jwk": stranger.as_dict(private=False)},
            {"iss": ISSUER, "aud": "yanzhen", "exp": now + 60, "sub": "u1"}, stranger, algorithms=["ES256"],
        ),
        "token-key: a name that nobody has": provider.token("zz", key=stranger),
        "token-key: a path for a name": provider.token("../../dev/null", key=stranger),
        "token-malformed: no end": "a" * 9000,
        "token-malformed: signed and too long": provider.token("a", padding="x" * 9000),
        "token-expired: yesterday's": provider.token("a", exp=now - LEEWAY - 5),
        "token-not-yet-valid: tomorrow's": provider.token("a", nbf=now + LEEWAY + 60),
        "token-audience: another's": provider.token("a", aud=["another", "yanzhen-not"]),
        "token-issuer: another's": provider.token("a", iss=f"{ISSUER}/"),
    }  # fmt: skip


async def test_no_forged_token_is_believed_and_each_is_refused_by_name(
    provider: Provider, verifier: TokenVerifier
) -> None:
    await verifier.verify(provider.token("a"))
    told: dict[str, str] = {}
    for what, token in _forged(provider).items():
        with pytest.raises(Unauthenticated) as refused:
            await verifier.verify(token)
        assert token[:40] not in str(refused.value)
        codes = what.partition(":")[0].removeprefix("token-").split(" or ")
        if refused.value.code.removeprefix("token-") not in codes:
            told[what] = refused.value.code
    assert told == {}
    assert provider.asked == 1  # made-up names of keys within ten seconds of the last question
