"""Being somebody in a test: tokens of a development issuer of the test run's own, and a guard that accepts them."""

import tempfile
from functools import cache
from pathlib import Path

from shared.runtime.definition import Running
from shared.security.actor import Actor, Assignment, Line, Role
from shared.security.development_issuer import AUDIENCE, DevelopmentIssuer
from shared.security.guard import Guard
from shared.security.key_set import KeySet, from_file
from shared.security.token_names import DEVELOPMENT_ISSUER
from shared.security.tokens import TokenVerifier

_DIRECTORY = tempfile.TemporaryDirectory(prefix="yanzhen-identity-")


@cache
def issuer() -> DevelopmentIssuer:
    return DevelopmentIssuer(Path(_DIRECTORY.name) / "identity", outside=("platform",))


def verifier() -> TokenVerifier:
    keys = KeySet(from_file(issuer().jwks_file))
    return TokenVerifier(keys, issuer=DEVELOPMENT_ISSUER, audience=AUDIENCE, development=True)


def guard(running: Running) -> Guard:
    return Guard(verifier(), running.directory)


def actor(
    role: Role,
    organisation: str | None = None,
    *,
    station: str | None = None,
    line: Line = Line.TERRITORY,
    subject: str = "tester",
) -> Actor:
    return Actor(subject, (Assignment(role, organisation, station, line),))


@cache
def _header(who: Actor) -> str:
    return f"Bearer {issuer().token(who)}"


def badge(who: Actor) -> dict[str, str]:
    """The Authorization header of that actor."""
    return {"authorization": _header(who)}


def department(organisation: str, subject: str = "tester") -> dict[str, str]:
    """Of whoever is responsible for everything at and below that organisation."""
    return badge(actor(Role.CITY_DEPARTMENT, organisation, subject=subject))


def provider() -> dict[str, str]:
    """Of a carrier of messages."""
    return badge(actor(Role.PROVIDER, subject="sms-gateway"))
