"""The registry behind its HTTP door, on PostgreSQL, with a district department at the top."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.registry.model import MODEL
from services.registry.service import SERVICE
from shared.eventstore.migrate import migrate
from shared.security.actor import Role
from shared.web.app import create_app
from tests.integration.registry.town import Town, town
from tests.integration.registry.world import World
from tests.support.documented import as_documented
from tests.support.identity import actor, badge, department, guard

OPERATOR = badge(actor(Role.OPERATOR))


@dataclass
class Door:
    """Asks, and insists on a success unless told which answer to expect."""

    world: World
    client: httpx.AsyncClient

    async def __call__(
        self, method: str, path: str, body: Any = None, *, expect: int | None = None, **more: Any
    ) -> Any:
        answer = await self.client.request(method, path, json=body, **more)
        if expect is None:
            assert answer.is_success, (method, path, answer.status_code, answer.text)
        else:
            assert answer.status_code == expect, (method, path, answer.status_code, answer.text)
        return answer.json()

    async def found(self, organisation_id: str, kind: str, parent: str | None, area: str, **more: Any) -> None:
        body = {"organisation_id": organisation_id, "name": organisation_id, "kind": kind, "parent_id": parent,
                "area_code": area, **more}  # fmt: skip
        await self("POST", "/organisations", body, headers=None if parent else OPERATOR)

    async def register(self, *units: dict[str, Any]) -> None:
        bodies = [{"name": "某公司", "kind": "enterprise", "area_code": "430702"} | one for one in units]
        for start in range(0, len(bodies), 500):
            answer = await self("POST", "/units/batch", {"units": bodies[start : start + 500]})
            assert all(one["entered"] for one in answer["results"]), answer


@pytest.fixture
async def door(engine: AsyncEngine) -> AsyncIterator[Door]:
    await migrate(engine, MODEL)
    world = World(engine)
    app = create_app(
        title="registry", version="0", routers=list(SERVICE.routers(world.running)), guard=guard(world.running),
        access_log=False, uploads=SERVICE.uploads,
    )  # fmt: skip
    transport = httpx.ASGITransport(app)
    headers = department("city")
    hooks = as_documented(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://registry", headers=headers, event_hooks=hooks
    ) as client:
        asking = Door(world, client)
        await asking.found("city", "working_committee", None, "430700")
        yield asking


@pytest.fixture
async def settled(engine: AsyncEngine) -> AsyncIterator[Town]:
    """See `town.py` for who is there."""
    async with town(engine) as found:
        yield found
