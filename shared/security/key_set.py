"""The keys of an identity provider (JWKS, RFC 7517): fetched, kept, and fetched anew when they change.

A key that is not known may be new, so it is asked for once more; that is rate limited, since anybody can make up names of
keys. While the provider is away, what was fetched goes on counting, for a day at the most: a key that was withdrawn must
not live for ever because somebody keeps us from learning of it.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import structlog
from joserfc.jwk import JWKRegistry, Key

from shared.kernel.errors import Unavailable

LIFETIME: Final = 600.0
"""Seconds after which keys are fetched again."""
COOLDOWN: Final = 10.0
"""Seconds between two attempts to fetch, whatever the reason."""
OLDEST: Final = 24 * 3600.0
"""Seconds that keys count for while they cannot be fetched."""
_TIMEOUT: Final = 5.0
_MAX_BYTES: Final = 1 << 20
_MOST_KEYS: Final = 100
_KINDS: Final = frozenset({"OKP", "EC", "RSA"})
"""Never `oct`: a shared secret in a public document is none."""

Fetch = Callable[[], Awaitable[bytes]]
log = structlog.get_logger(__name__)


class KeySet:
    """The public keys by their `kid`. `changes` counts how often they became others."""

    def __init__(self, fetch: Fetch, *, now: Callable[[], float] = time.monotonic) -> None:
        """`now` is a monotonic clock in seconds: the lifetime of keys is nobody's business time."""
        self._fetch = fetch
        self._now = now
        self._keys: dict[str, Key] = {}
        self._raw: Any = None
        self._fetched: float | None = None
        self._tried: float | None = None
        self._lock = asyncio.Lock()
        self.changes = 0

    async def key(self, kid: str) -> Key | None:
        """The key of that name; None when the provider has none. `Unavailable` (`keys-unavailable`) without any keys."""
        if self._is_old(LIFETIME) or kid not in self._keys:
            await self._refresh()
        if self._fetched is None or self._is_old(OLDEST):
            raise Unavailable(
                "keys-unavailable",
                "the keys of the identity provider cannot be fetched, so nobody can be recognised",
                remedy="try again later; if it stays, look at YANZHEN_OIDC_JWKS_URL and at the provider",
            )
        return self._keys.get(kid)

    def _is_old(self, seconds: float) -> bool:
        return self._fetched is None or self._now() - self._fetched > seconds

    async def _refresh(self) -> None:
        async with self._lock:  # of many requests that miss a key, one fetches
            if self._tried is not None and self._now() - self._tried < COOLDOWN:
                return
            self._tried = self._now()
            try:
                document = json.loads(await self._fetch())
                keys = _keys(document)
            except (OSError, ValueError, TypeError, httpx.HTTPError, httpx.InvalidURL) as error:
                log.warning("identity.keys-not-fetched", reason=type(error).__name__, known=len(self._keys))
                return
            self._fetched = self._now()
            if document != self._raw:
                self._raw, self._keys = document, keys
                self.changes += 1
                log.info("identity.keys-fetched", kids=sorted(keys))


def _keys(document: object) -> dict[str, Key]:
    """The usable keys of a JWKS; raises `ValueError` when there is none, as half a document is no reason to forget."""
    if not isinstance(document, Mapping) or not isinstance(document.get("keys"), list):
        raise ValueError("no JWKS")
    found: dict[str, Key] = {}
    for one in document["keys"][:_MOST_KEYS]:
        if not isinstance(one, dict) or one.get("kty") not in _KINDS or one.get("use", "sig") != "sig":
            continue
        kid = one.get("kid")
        if not isinstance(kid, str) or "d" in one:  # a private key that was published is anybody's
            continue
        try:
            found[kid] = JWKRegistry.import_key(one)
        except Exception as error:  # one key of a kind we do not know must not cost the others
            log.warning("identity.key-unusable", kid=kid, reason=type(error).__name__)
    if not found:
        raise ValueError("no usable key")
    return found


def from_file(path: Path) -> Fetch:
    """Keys that somebody keeps in a file; read again in their time."""

    async def fetch() -> bytes:
        return await asyncio.to_thread(path.read_bytes)

    return fetch


def from_url(url: str) -> Fetch:
    """Keys at the provider's `jwks_uri`. Redirects are not followed: an address that moves is a setting to change."""

    async def fetch() -> bytes:
        async with httpx.AsyncClient(timeout=_TIMEOUT) as client, client.stream("GET", url) as answer:
            if answer.status_code != 200:
                raise ValueError(f"status {answer.status_code}")
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > _MAX_BYTES:
                    raise ValueError("too large")
            return bytes(body)

    return fetch
