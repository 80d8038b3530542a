"""How a program proves who it is (RFC 6749 §4.4): it changes its id and secret for a token, and again when that runs out."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

import httpx

from shared.kernel.errors import Unavailable

_EARLY: Final = 60.0
"""Seconds before its end that a token is renewed, so that none runs out on its way."""
_DEFAULT_SECONDS: Final = 300.0
TOKEN_URL: Final = "YANZHEN_TOKEN_URL"  # noqa: S105 - names of variables
CLIENT_ID: Final = "YANZHEN_CLIENT_ID"
CLIENT_SECRET: Final = "YANZHEN_CLIENT_SECRET"  # noqa: S105


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """A machine client at an identity provider."""

    token_url: str
    client_id: str
    secret: str = field(repr=False)

    def environment(self) -> dict[str, str]:
        """For a child process: secrets travel in the environment, never in a command line."""
        return {TOKEN_URL: self.token_url, CLIENT_ID: self.client_id, CLIENT_SECRET: self.secret}


class ClientTokens:
    """The client's token, kept as long as it is valid."""

    def __init__(self, credentials: ClientCredentials) -> None:
        self._credentials = credentials
        self._token = ""
        self._until = 0.0
        self._lock = asyncio.Lock()

    async def header(self, client: httpx.AsyncClient) -> dict[str, str]:
        """The Authorization header. Raises `Unavailable` (`no-client-token`) when the provider gives none."""
        async with self._lock:
            if time.monotonic() >= self._until:
                await self._renew(client)
        return {"authorization": f"Bearer {self._token}"}

    def forget(self) -> None:
        """Ask for a new one next time: the last was refused."""
        self._until = 0.0

    async def _renew(self, client: httpx.AsyncClient) -> None:
        own = self._credentials
        try:
            answer = await client.post(
                own.token_url, data={"grant_type": "client_credentials"}, auth=(own.client_id, own.secret)
            )
            body = answer.raise_for_status().json()
            self._token = str(body["access_token"])
            lifetime = float(body.get("expires_in", _DEFAULT_SECONDS))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
            raise Unavailable(
                "no-client-token",
                f"the identity provider gives no token ({type(error).__name__})",
                remedy="check the token address, the client's id and its secret",
                where=own.client_id,
            ) from error
        self._until = time.monotonic() + max(0.0, lifetime - _EARLY)
