"""The guard of a service's HTTP door: nobody comes in without a token, but for a few documents about the service."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.kernel.errors import Unauthenticated
from shared.security.actor import Actor
from shared.security.directory import Directory
from shared.security.tokens import TokenVerifier

ANONYMOUS: Final = frozenset({"/livez", "/readyz", "/metrics", "/openapi.json", "/asyncapi.json"})
"""What orchestrators, monitors and the makers of clients read. None of it speaks of anybody; `/metrics` holds counts, and
is kept from the public by the network, as the probes are."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Who recognises callers, and where organisations hang."""

    verifier: TokenVerifier
    directory: Directory


class Authentication:
    """Middleware: everything but `ANONYMOUS` needs a token, before its body is read or its route looked for.

    So a stranger learns nothing of which routes exist, and cannot make us read or parse anything.
    """

    def __init__(self, app: ASGIApp, verifier: TokenVerifier) -> None:
        self._app = app
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in ANONYMOUS:
            actor = await self._verifier.verify(bearer(Headers(scope=scope).getlist("authorization")))
            scope.setdefault("state", {})["actor"] = actor
        await self._app(scope, receive, send)


def bearer(values: list[str]) -> str:
    """The token in the header (RFC 6750 §2.1; never from the query, which ends up in logs). Raises `Unauthenticated`."""
    scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "no-token",
            "this needs a bearer token",
            remedy="send `Authorization: Bearer …`; a development stack makes one with `yanzhen token`",
        )
    return token.strip()


async def _actor(request: Request) -> Actor:
    actor = getattr(request.state, "actor", None)
    if not isinstance(actor, Actor):
        raise RuntimeError("a route that wants an actor is served without a guard")
    return actor


CurrentActor = Annotated[Actor, Depends(_actor)]
"""A route parameter: who asks."""
