"""Bearer tokens (JWT, RFC 7519, RFC 8725): who signed them, for whom, until when; and whom they speak of.

Time is the machine's, never the shifted clock of a development stack: the provider does not live months ahead.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NoReturn

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jwt import JWTClaimsRegistry
from pydantic_core import from_json

from shared.kernel.errors import Invalid, Unauthenticated
from shared.security.actor import Actor, actor_of
from shared.security.key_set import KeySet
from shared.security.token_names import ALGORITHMS, DEVELOPMENT_ISSUER, DEVELOPMENT_KEY

LEEWAY: Final = 30
"""Seconds by which clocks may differ."""
MAX_LENGTH: Final = 8192
REMEMBERED: Final = 4096
"""Tokens whose verification is remembered; some 2 MB."""
REMEMBER_SECONDS: Final = 300
"""However long a token is valid: a key that was withdrawn is noticed that soon after the keys are fetched again."""

_REMEDY: Final = "ask the identity provider for a new token"
# Header parameters that we do not know are ignored, as RFC 7515 §4 has it; those under `crit` are refused all the same.
_REGISTRY: Final = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)


class TokenVerifier:
    """Verifies tokens of one issuer for one audience. `development` lets those of the development issuer in."""

    def __init__(
        self,
        keys: KeySet,
        *,
        issuer: str,
        audience: str,
        development: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._development = development
        self._now = now
        self._known: OrderedDict[bytes, tuple[Actor, float]] = OrderedDict()
        self._changes = 0

    async def ready(self) -> str:
        """Whether there are keys to verify with; for readiness. Raises `Unavailable` without any."""
        return await self._keys.ready()

    async def verify(self, token: str) -> Actor:
        """The actor of a token. Raises `Unauthenticated`, which never repeats any of it; `Unavailable` without keys."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        if self._changes != self._keys.changes:
            self._known.clear()
            self._changes = self._keys.changes
        known = self._known.get(digest)
        if known is not None and self._now() < known[1]:
            self._known.move_to_end(digest)
            return known[0]
        actor, expires = await self._verify(token)
        self._known[digest] = (actor, min(expires + LEEWAY, self._now() + REMEMBER_SECONDS))
        self._known.move_to_end(digest)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return actor

    async def _verify(self, token: str) -> tuple[Actor, float]:
        if len(token) > MAX_LENGTH:
            _refuse("token-malformed", f"the token is longer than {MAX_LENGTH} characters")
        try:
            unverified = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY)
            header = unverified.headers()
        except (JoseError, ValueError, TypeError, RecursionError):
            _refuse("token-malformed", "the token is not a signed JWT in its compact form")
        if header.get("alg") not in ALGORITHMS:
            _refuse("token-algorithm", f"the token is not signed with one of {', '.join(ALGORITHMS)}")
        kid = header.get("kid")
        if not isinstance(kid, str):
            _refuse("token-key", "the token does not name its key (`kid`)")
        if kid.startswith(DEVELOPMENT_KEY) and not self._development:
            _refuse("token-development", "tokens of a development issuer do not count here")
        key = await self._keys.key(kid)
        if key is None:
            _refuse("token-key", "the token is signed with a key that the identity provider does not have")
        if key.get("alg", header["alg"]) != header["alg"] or "b64" in header:
            _refuse("token-algorithm", "the token is signed in another way than its key is for")
        if not _is_signed(unverified, key):
            _refuse("token-signature", "the token's signature is not right")
        return self._claims(unverified.payload)

    def _claims(self, payload: bytes) -> tuple[Actor, float]:
        try:
            claims = from_json(payload)
            if not isinstance(claims, dict):
                raise ValueError("no object")
            if claims.get("iss") == DEVELOPMENT_ISSUER and not self._development:
                _refuse("token-development", "tokens of a development issuer do not count here")
            JWTClaimsRegistry(
                now=int(self._now()),
                leeway=LEEWAY,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": self._audience},
                exp={"essential": True},
            ).validate(claims)
            return actor_of(claims), float(claims["exp"])
        except JoseError as error:
            _refuse(*_reason(error))
        except Invalid as error:
            raise Unauthenticated(error.code, error.detail, remedy=error.remedy) from error
        except (ValueError, TypeError, RecursionError, OverflowError):
            _refuse("token-malformed", "the token's claims cannot be read")


def _is_signed(unverified: jws.CompactSignature, key: Key) -> bool:
    try:
        return jws.validate_compact(unverified, key, registry=_REGISTRY)
    except Exception:  # a key of another kind, a signature of another length: whatever it is, nobody signed this
        return False


def _reason(error: JoseError) -> tuple[str, str]:
    if error.error == "expired_token":
        return "token-expired", "the token has expired"
    claim = getattr(error, "claim", None) or ""
    return {
        "iss": ("token-issuer", "the token comes from another issuer than the one that counts here"),
        "aud": ("token-audience", "the token was made for somebody else (`aud`)"),
        "nbf": ("token-not-yet-valid", "the token is not valid yet"),
        "iat": ("token-not-yet-valid", "the token was issued in the future"),
        "exp": ("token-expired", "the token does not say until when it is valid"),
    }.get(claim, ("token-claims", "a claim of the token is missing or not right"))


def _refuse(code: str, detail: str) -> NoReturn:
    raise Unauthenticated(code, detail, remedy=_REMEDY) from None
