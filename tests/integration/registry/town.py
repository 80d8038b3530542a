"""A small town over HTTP: two committees below a city, three branches, two stations, members, a unit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any, cast

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.registry.application.reactions import FOLLOWS
from services.registry.model import MODEL
from services.registry.service import SERVICE
from shared.contracts.base import PublicEvent
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.kernel.calendar import local_date
from shared.kernel.clock import ShiftedClock
from shared.kernel.identifiers import resident_id, uscc
from shared.kernel.json import from_json
from shared.messaging.wakeup import Wakeup
from shared.observability.metrics import Metrics
from shared.privacy.blind_index import BlindIndex
from shared.privacy.memory_keyring import InMemoryKeyring
from shared.privacy.sealer import Sealer
from shared.processes.timers import TimerRunner
from shared.runtime.definition import Running
from shared.runtime.settings import ServiceSettings
from shared.security.actor import Role
from shared.web.app import create_app
from tests.support.documented import as_documented
from tests.support.hearing import Ear
from tests.support.identity import actor, badge, department, guard
from tests.support.kernel import assemble

UNIT = uscc.make("91", "350102", "000000017")


class Town:
    """The service, its door, and a clock that can be moved on."""

    def __init__(self, engine: AsyncEngine) -> None:
        store = PostgresStore(engine, MODEL.views)
        self.clock = ShiftedClock()
        self.kernel = assemble(MODEL, store, self.clock)
        self.timers = TimerRunner(self.kernel.executor, Wakeup())
        self._ear = Ear(self.kernel, MODEL, FOLLOWS)
        nothing = cast("Any", None)
        self.running = Running(
            ServiceSettings(database_url="nowhere"), MODEL, engine, store, self.kernel.executor, nothing, nothing,
            self.clock, self.kernel.executor.ids, Metrics(), Sealer(InMemoryKeyring()), BlindIndex({"i": bytes(32)}),
        )  # fmt: skip
        app = create_app(
            title="registry", version="0", routers=list(SERVICE.routers(self.running)), guard=guard(self.running),
            access_log=False,
        )  # fmt: skip
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://registry", event_hooks=as_documented(app)
        )

    @property
    def today(self) -> date:
        return local_date(self.clock.now())

    def day(self, days: int) -> str:
        """That many days from today, as it is sent."""
        return (self.today + timedelta(days=days)).isoformat()

    async def send(
        self, method: str, path: str, body: Any = None, status: int = 200, who: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """The answer, which must have that status; a refusal must say what to do."""
        response = await self.http.request(method, path, json=body, headers=who or department("city"))
        assert response.status_code == status, (method, path, response.status_code, response.text)
        said: dict[str, Any] = response.json()
        if status >= 400:
            assert response.headers["content-type"].startswith("application/problem+json")
            assert said["remedy"]
        return said

    async def post(self, path: str, body: Any = None, status: int = 201, **more: Any) -> dict[str, Any]:
        return await self.send("POST", path, body, status, **more)

    async def get(self, path: str, who: dict[str, str] | None = None) -> dict[str, Any]:
        return await self.send("GET", path, who=who)

    async def items(self, path: str, who: dict[str, str] | None = None) -> list[dict[str, Any]]:
        """Everything on a list, page after page."""
        found: list[dict[str, Any]] = []
        mark, cursor = "&" if "?" in path else "?", ""
        while True:
            page = await self.get(f"{path}{mark}limit=2{cursor}", who)
            assert len(page["items"]) <= 2
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = f"&after={page['next']}"

    async def later(self, days: float) -> None:
        """Let time pass, and whatever falls due fall due."""
        self.clock.shift(timedelta(days=days))
        await self.timers.fire_due()

    async def hear(self, event: PublicEvent) -> None:
        """Handle one event of mobility as a consumer does."""
        await self._ear.hear(event)

    async def published(self) -> list[str]:
        """The types of all that was published, in order."""
        async with self.running.reading() as connection:
            rows = await connection.execute(text("SELECT headers FROM outbox ORDER BY id"))
            return [(one if isinstance(one := row[0], dict) else from_json(one))["ce-type"] for row in rows]

    async def assign(self, post_id: str, kind: str, person: str, scope: str, at: str, **more: Any) -> dict[str, Any]:
        status = more.pop("status", 201)
        body = {"post_id": post_id, "kind": kind, "person_id": person, "scope": scope, "scope_id": at,
                "since": self.day(-300), **more}  # fmt: skip
        return await self.post("/posts", body, status)

    async def settle_in(self) -> "Town":
        operator = badge(actor(Role.OPERATOR))
        for key, kind, parent, area in (
            ("city", "working_committee", None, "350100"),
            ("c1", "committee", "city", "350102"), ("c2", "committee", "city", "350103"),
            ("b1", "branch", "c1", "350102"), ("b2", "branch", "c1", "350102"), ("b3", "branch", "c2", "350103"),
        ):  # fmt: skip
            body = {
                "organisation_id": key,
                "name": f"{key}党组织",
                "kind": kind,
                "parent_id": parent,
                "area_code": area,
            }
            await self.post("/organisations", body, who=None if parent else operator)
        await self.post("/units", {"uscc": UNIT, "name": "甲公司", "kind": "enterprise", "area_code": "350102"})
        for key, at, area in (("s1", "c1", "350102"), ("s2", "c2", "350103")):
            station = {
                "station_id": key,
                "name": f"{key}站",
                "kind": "guidance",
                "area_code": area,
                "organisation_id": at,
            }
            await self.post("/stations", station)
        for number, (member, branch) in enumerate(
            (("m1", "b1"), ("m2", "b1"), ("m3", "b1"), ("m4", "b2"), ("m5", "b2"), ("m6", "b3"))
        ):
            await self.admit(number, member, branch)
        return self

    async def admit(self, number: int, member_id: str, branch: str, **more: Any) -> None:
        code = resident_id.make("350102", date(1980, 1, 1), 100 + number)
        body = {"member_id": member_id, "organisation_id": branch, "admitted_on": "2020-07-01", "name": "周明远",
                "resident_id": code, **more}  # fmt: skip
        await self.post("/members", body)


@asynccontextmanager
async def town(engine: AsyncEngine) -> AsyncIterator[Town]:
    """Settled in, on that database."""
    await migrate(engine, MODEL)
    made = Town(engine)
    async with made.http:
        yield await made.settle_in()
