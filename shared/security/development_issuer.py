"""The identity provider of a development stack: a key in the data directory, and whoever can read it can be anybody.

No service accepts its tokens outside development mode, whatever issuer it is configured with: issuer and key names give
them away.
"""

import json
import secrets
import time
from pathlib import Path
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import ECKey

from shared.kernel.errors import Invalid, Unauthenticated
from shared.security.actor import Actor, Assignment, Role, claims_of
from shared.security.secret_files import create_once
from shared.security.token_names import DEVELOPMENT_ISSUER, DEVELOPMENT_KEY

AUDIENCE: Final = "yanzhen"
DEFAULT_SECONDS: Final = 3600
LONGEST_SECONDS: Final = 30 * 24 * 3600
_ALGORITHM: Final = "ES256"  # the quickest to verify: 85 µs here, Ed25519 126 µs
MESSAGE_CLIENTS: Final = ("mail-system", "sms-gateway")
"""The providers' stand-ins, which report what became of messages."""


class DevelopmentIssuer:
    """Makes tokens. `directory` keeps the private key and the clients' secrets; only the owner can read them."""

    def __init__(self, directory: Path, outside: tuple[str, ...] = ()) -> None:
        self._directory = directory
        self.jwks_file = directory / "jwks.json"
        """The public half, for services to verify with."""
        path = directory / "issuer.jwk"
        kept = create_once(path, json.dumps(_new_key().as_dict(private=True)) + "\n")
        try:
            self._key = ECKey.import_key(json.loads(kept))
        except Exception as error:  # the library raises its own kinds, and json's
            raise Invalid(
                "bad-issuer-key",
                f"the file does not hold the development issuer's key ({type(error).__name__})",
                remedy="delete it together with jwks.json; tokens made so far end with it",
                where=str(path),
            ) from error
        create_once(self.jwks_file, json.dumps(self.jwks()) + "\n")
        self._clients = {name: Actor(name, (Assignment(Role.PROVIDER),)) for name in MESSAGE_CLIENTS}
        self._clients |= {name: Actor(name, (Assignment(Role.OUTSIDE_SYSTEM),)) for name in outside}

    def jwks(self) -> dict[str, Any]:
        """The public keys (RFC 7517)."""
        return {"keys": [dict(self._key.as_dict(private=False))]}

    def token(self, actor: Actor, seconds: int = DEFAULT_SECONDS, *, audience: str = AUDIENCE) -> str:
        """A signed token of that actor, valid from now on for so long."""
        if not 0 < seconds <= LONGEST_SECONDS:
            raise Invalid(
                "bad-lifetime", f"a token lives between one second and {LONGEST_SECONDS // 86400} days", where="ttl"
            )
        now = int(time.time())
        claims = {"iss": DEVELOPMENT_ISSUER, "aud": audience, "iat": now, "nbf": now, "exp": now + seconds}
        header = {"alg": _ALGORITHM, "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, {**claims, **claims_of(actor)}, self._key, algorithms=[_ALGORITHM])

    def secret(self, client: str) -> str:
        """A machine client's secret, made at the first call. Raises `Invalid` (`unknown-client`)."""
        if client not in self._clients:
            raise Invalid(
                "unknown-client", "there is no such machine client", remedy=f"use one of {', '.join(self._clients)}"
            )
        return create_once(self._directory / f"client-{client}.secret", f"{secrets.token_urlsafe(32)}\n").strip()

    def client_token(self, client: str, secret: str) -> str:
        """A token for client credentials (RFC 6749 §4.4). Raises `Unauthenticated` (`bad-client`)."""
        known = self._clients.get(client)
        # Compared also for a client that does not exist: the time must not tell which names do.
        expected = self.secret(client) if known else secrets.token_urlsafe(32)
        if not secrets.compare_digest(expected.encode(), secret.encode()) or known is None:
            raise Unauthenticated("bad-client", "unknown client, or not its secret", remedy="see the data directory")
        return self.token(known)


def _new_key() -> ECKey:
    name = f"{DEVELOPMENT_KEY}{secrets.token_hex(6)}"
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig", "alg": _ALGORITHM}, private=True)
