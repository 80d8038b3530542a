"""Calling a service's API as a clerk does, and failing loudly when it says what nobody expected."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx

from services.cli.badges import OPERATOR, Badges
from shared.kernel.errors import Refused
from shared.security.actor import Actor

T = TypeVar("T")


class Api:
    """One service's API. `Idempotency-Key`s make every call safe to repeat."""

    def __init__(self, client: httpx.AsyncClient, service: str, badges: Badges) -> None:
        self._client = client
        self._service = service
        self._badges = badges

    async def call(self, method: str, path: str, body: Any = None, *, actor: Actor = OPERATOR, once: str = "") -> Any:
        """The JSON of a successful answer. Raises `Refused` with the problem's own words otherwise."""
        headers = dict(self._badges.of(actor))
        if once:
            headers["Idempotency-Key"] = once
        response = await self._client.request(method, path, json=body, headers=headers)
        if response.is_success:
            return response.json()
        problem = response.json() if "json" in response.headers.get("content-type", "") else {}
        raise Refused(
            problem.get("code", f"http-{response.status_code}"),
            f"{self._service} answered {method} {path} with {response.status_code}: "
            f"{problem.get('detail', response.text[:200])} {problem.get('errors', '')}",
            remedy=problem.get("remedy", ""),
        )


@asynccontextmanager
async def api(url: str, service: str, badges: Badges) -> AsyncIterator[Api]:
    """A client with enough connections for the demonstration's clerks."""
    limits = httpx.Limits(max_connections=32, max_keepalive_connections=32)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        yield Api(client, service, badges)


async def for_each(items: Iterable[T], width: int, act: Callable[[T], Awaitable[object]]) -> None:
    """Do it for every item, so many at a time. The first failure ends all."""
    left = iter(items)

    async def worker() -> None:
        for item in left:
            await act(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(width):
            group.create_task(worker())
