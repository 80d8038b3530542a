"""The development issuer's HTTP side: discovery, keys, and tokens for machine clients (RFC 6749 §4.4)."""

import argparse
import asyncio
import base64
import binascii
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.embedded.ports import LOOPBACK
from shared.embedded.sink_web import serve
from shared.kernel.errors import Unauthenticated
from shared.security.broker import OUTSIDE_SYSTEMS
from shared.security.development_issuer import DEFAULT_SECONDS, DevelopmentIssuer
from shared.security.token_names import ALGORITHMS, DEVELOPMENT_ISSUER
from shared.web.server import HttpServer

_MAX_BODY = 8192
_NOT_KEPT = {"cache-control": "no-store"}


class IssuerServer:
    """The issuer on a loopback port, served by this process's own loop: one program less to start and to watch."""

    def __init__(self, issuer: DevelopmentIssuer, port: int) -> None:
        self.url = f"http://{LOOPBACK}:{port}"
        self._server = HttpServer(issuer_app(issuer, self.url), host=LOOPBACK, port=port, grace_seconds=1)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Listen. Raises `Unavailable` (`port-taken`)."""
        self._server.bind()
        self._task = asyncio.create_task(self._server.run(), name="issuer")

    async def stop(self) -> None:
        """Stop; harmless when not running."""
        task, self._task = self._task, None
        if task is not None:
            self._server.stop()
            await asyncio.gather(task, return_exceptions=True)


def issuer_app(issuer: DevelopmentIssuer, base_url: str) -> Starlette:
    """The application; for a stack where nothing is real. People get their tokens from `yanzhen token`."""

    async def discovery(_: Request) -> Response:
        return JSONResponse(
            {
                "issuer": DEVELOPMENT_ISSUER,
                "jwks_uri": f"{base_url}/jwks.json",
                "token_endpoint": f"{base_url}/token",
                "grant_types_supported": ["client_credentials"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "id_token_signing_alg_values_supported": list(ALGORITHMS),
                "response_types_supported": ["token"],
                "subject_types_supported": ["public"],
            }
        )

    async def jwks(_: Request) -> Response:
        return JSONResponse(issuer.jwks())

    async def token(request: Request) -> Response:
        body = await request.body()
        try:
            form = {name: values[0] for name, values in parse_qs(body[:_MAX_BODY].decode("ascii")).items()}
            client, secret = _credentials(request.headers.get("authorization", ""), form)
        except (ValueError, binascii.Error):
            return _error("invalid_request", "the request cannot be read", 400)
        if form.get("grant_type") != "client_credentials":
            return _error("unsupported_grant_type", "only client_credentials is given here", 400)
        try:
            made = issuer.client_token(client, secret)
        except Unauthenticated as refused:
            return _error("invalid_client", refused.detail, 401)
        return JSONResponse(
            {"access_token": made, "token_type": "Bearer", "expires_in": DEFAULT_SECONDS}, headers=_NOT_KEPT
        )

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/.well-known/openid-configuration", discovery),
            Route("/jwks.json", jwks),
            Route("/token", token, methods=["POST"]),
        ]
    )


def main() -> None:
    """Run the issuer apart from `yanzhen up`: for containers, from a directory that `yanzhen secrets` has filled."""
    parser = argparse.ArgumentParser(prog="python -m shared.embedded.simulator identity", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True, help="where the key and the clients' secrets are")
    parser.add_argument("--base-url", required=True, help="what others call it")
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    serve(
        lambda: issuer_app(DevelopmentIssuer(given.directory, OUTSIDE_SYSTEMS), given.base_url), given.host, given.port
    )


def _credentials(header: str, form: dict[str, str]) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    client, _, secret = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    return unquote_plus(client), unquote_plus(secret)


def _error(code: str, description: str, status: int) -> Response:
    body: dict[str, Any] = {"error": code, "error_description": description}
    headers = _NOT_KEPT | ({"www-authenticate": 'Basic realm="yanzhen development"'} if status == 401 else {})
    return JSONResponse(body, status, headers=headers)
