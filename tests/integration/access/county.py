"""All four services in process, each on a database of its own, with one small county in them.

city ── k1 ── c1 ── b1 (members m1, m2, unit U, instructor i1), b1x
     │     ├─ c2 ── b2 (member m3)       station s1 at c1, s2 at c2
     │     └─ c4 ── b4
     └─ k2 ── c3 ── b3                    station s3 at k2

It is entered through the registry's own doors. What the registry publishes is handed to the others, as the broker would.
m1 has moved from b1 to b2 by the transfer t1.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import reduce
from typing import Any, Final, cast

import asyncpg
import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.assessment.service import SERVICE as ASSESSMENT
from services.mobility.service import SERVICE as MOBILITY
from services.mobility.settings import MobilitySettings
from services.notify.service import SERVICE as NOTIFY
from services.registry.service import SERVICE as REGISTRY
from shared.contracts.base import event_class, partition_of
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.kernel.calendar import local_date
from shared.kernel.clock import ShiftedClock
from shared.kernel.identifiers import resident_id, uscc
from shared.kernel.json import from_json
from shared.messaging.envelope import Envelope
from shared.messaging.handlers import Handlers
from shared.observability.metrics import Metrics
from shared.privacy.blind_index import BlindIndex
from shared.privacy.memory_keyring import InMemoryKeyring
from shared.privacy.sealer import Sealer
from shared.runtime.definition import Running, ServiceDefinition
from shared.runtime.settings import ServiceSettings
from shared.security.actor import Actor, Assignment, Role
from shared.web.app import create_app
from tests.support.documented import as_documented
from tests.support.door import DoorKnocks
from tests.support.hearing import handled
from tests.support.identity import badge, guard
from tests.support.kernel import assemble
from tests.support.servers import Servers

DEFINITIONS: Final = {one.name: one for one in (REGISTRY, MOBILITY, ASSESSMENT, NOTIFY)}
UNIT: Final = uscc.make("91", "350102", "M00010001")
FAR_UNIT: Final = uscc.make("91", "350202", "M00010002")
OPERATOR: Final = Actor("operator", (Assignment(Role.OPERATOR),))
CITY: Final = Actor("city", (Assignment(Role.CITY_DEPARTMENT, "city"),))
SYSTEM: Final = "member-system"
APPRAISING: Final = {"by": "b1", "standard": {"form_id": "fa", "form_version": 1},
                     "of_bodies": {"form_id": "fb", "form_version": 1}, "due_on": "2099-01-01"}  # fmt: skip
_TREE: Final = (
    ("city", "working_committee", None, "350000"), ("k1", "working_committee", "city", "350100"),
    ("k2", "working_committee", "city", "350200"), ("c1", "committee", "k1", "350102"),
    ("c2", "committee", "k1", "350103"), ("c4", "committee", "k1", "350104"), ("c3", "committee", "k2", "350202"),
    ("b1", "branch", "c1", "350102"), ("b1x", "branch", "c1", "350102"), ("b2", "branch", "c2", "350103"),
    ("b4", "branch", "c4", "350104"), ("b3", "branch", "c3", "350202"),
)  # fmt: skip
HOLDING: Final = {"by": "k2", "partner_id": "b3", "planned_on": "2026-11-01", "minutes": 30, "theme": "x", "way": "online",
                  "place": {"area_code": "350202", "place": "x"}}  # fmt: skip

YEAR_OF_TWO: Final = {"by": "k2", "partner_id": "b3", "year": 2026, "aims": "x", "items": [
    {name: HOLDING[name] for name in ("planned_on", "minutes", "theme", "way", "place")}]}  # fmt: skip


class Served:
    """One service, its API, and what others tell it."""

    def __init__(self, definition: ServiceDefinition, engine: AsyncEngine) -> None:
        self.definition = definition
        self.engine = engine
        store = PostgresStore(engine, definition.model.views)
        self.kernel = assemble(definition.model, store, ShiftedClock())
        settings: ServiceSettings = ServiceSettings(database_url="nowhere")
        if definition is MOBILITY:
            settings = MobilitySettings(database_url="nowhere", outside_systems=(SYSTEM,))
        nothing = cast("Any", None)
        sealer = Sealer(InMemoryKeyring())
        door = cast("Any", DoorKnocks(sealer, self.kernel.executor))
        running = Running(
            settings, definition.model, engine, store, self.kernel.executor, nothing, door, ShiftedClock(),
            self.kernel.executor.ids, Metrics(), sealer, BlindIndex({"k": b"k" * 32}),
        )  # fmt: skip
        self.routers = list(definition.routers(running))
        self.app: FastAPI = create_app(
            title=definition.name, version="0", routers=self.routers, guard=guard(running),
            access_log=False, uploads=definition.uploads,
        )  # fmt: skip
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(
            transport=transport, base_url=f"http://{definition.name}", event_hooks=as_documented(self.app)
        )
        self._told: dict[str, int] = {}

    def routes(self) -> set[tuple[str, str]]:
        """Every route of the API, method and path: as it was declared, and as the OpenAPI document has it."""
        declared = {
            (method, route.path)
            for router in self.routers
            for route in router.routes
            if isinstance(route, APIRoute)
            for method in route.methods or ()
        }
        documented = {
            (method.upper(), path) for path, operations in self.app.openapi()["paths"].items() for method in operations
        }
        assert declared == documented
        return declared

    async def published(self) -> list[tuple[dict[str, str], bytes]]:
        async with self.engine.connect() as connection:
            rows = await connection.execute(text("SELECT headers, data FROM outbox ORDER BY id"))
            return [
                (one if isinstance(one := row[0], dict) else from_json(one), _bytes(row[1])) for row in rows.fetchall()
            ]

    async def hear(self, other: "Served") -> None:
        """Handle everything that another service has published since the last time, as a consumer does."""
        source = other.definition.name
        reactions = self.definition.follows.get(source)
        events = await other.published()
        handlers = Handlers(self.definition.model, reactions or {})
        for position, (headers, data) in enumerate(events, 1):
            if position <= self._told.get(source, 0) or event_class(headers["ce-type"]) is None:
                continue
            key = headers["ce-partitionkey"]
            envelope = Envelope(
                other.definition.stream, position, 0, partition_of(key), key, headers["ce-id"], headers["ce-type"],
                headers, data,
            )  # fmt: skip
            await handled(self.kernel, handlers, envelope)
        self._told[source] = len(events)


def _bytes(data: Any) -> bytes:
    return data if isinstance(data, bytes) else str(data).encode()


class County:
    """The services by name, and the ids that only they know."""

    def __init__(self, services: dict[str, Served]) -> None:
        self.services = services
        self.message = ""
        self.proposal = ""
        self.list = ""
        self.party = ""

    def named(self, text: str) -> str:
        """With the ids that only we know."""
        known = {"message": self.message, "proposal": self.proposal, "list": self.list, "appraisal": self.appraisal}
        return reduce(lambda said, one: said.replace(f"{{{one}}}", known[one]), known, text)

    async def ask(
        self, service: str, method: str, path: str, body: Any = None, *, who: Actor = CITY, **headers: str
    ) -> httpx.Response:
        client = self.services[service].http
        return await client.request(method, path, json=body, headers=badge(who) | headers)

    async def do(self, service: str, method: str, path: str, body: Any = None, *, who: Actor = CITY) -> Any:
        answer = await self.ask(service, method, path, body, who=who)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json()

    async def settle_in(self) -> None:
        registry, mobility = self.services["registry"], self.services["mobility"]
        for key, kind, parent, area in _TREE:
            body = {"organisation_id": key, "name": key, "kind": kind, "parent_id": parent, "area_code": area,
                    "can_approve_probationary": kind == "committee", "unit_uscc": UNIT if key == "b1" else None,
                    "office_email": f"{key}@office.example"}  # fmt: skip
            await self.do("registry", "POST", "/organisations", body, who=CITY if parent else OPERATOR)
        for code, area in ((UNIT, "350102"), (FAR_UNIT, "350202")):
            unit = {"uscc": code, "name": "甲公司", "kind": "enterprise", "area_code": area, "staff": 5}
            await self.do("registry", "POST", "/units", unit)
        listed = f"统一社会信用代码,名称,行政区划代码\n{FAR_UNIT},甲公司,350202\n"
        answer = await registry.http.post(
            "/lists?source=census&list_date=2099-01-01&basis=park&area_code=350202&by=c3", content=listed.encode(),
            headers=badge(CITY),
        )  # fmt: skip
        self.list = answer.json()["list_id"]
        applied = {"founding_id": "f1", "by": "b1", "to": "c1", "name": "x", "kind": "branch", "area_code": "350102",
                   "formal_members": 3}  # fmt: skip
        await self.do("registry", "POST", "/foundings", applied)
        term = {"elected_on": "2017-01-01", "ends_on": "2020-01-01"}
        await self.do("registry", "PUT", "/organisations/b1/term", term)
        order = {
            "reorganisation_id": "ro1",
            "by": "c1",
            "organisation_ids": ["b1"],
            "to_parent_id": "c1",
            "reason": "x",
        }
        await self.do("registry", "POST", "/reorganisations", order)
        plan = {
            "by": "c1",
            "mode": "joint",
            "start_on": "2026-11-01",
            "due_on": "2099-01-01",
            "contact_person_id": "m2",
        }
        await self.do("registry", "PUT", f"/units/{UNIT}/plan", plan)
        steps = {"by": "c1", "steps": [{"means": "instructor", "due_on": "2099-01-01"}]}
        await self.do("registry", "PUT", f"/units/{UNIT}/ripening", steps)
        for station, at in (("s1", "c1"), ("s2", "c2"), ("s3", "k2")):
            body = {
                "station_id": station,
                "name": station,
                "kind": "town",
                "area_code": "350102",
                "organisation_id": at,
            }
            await self.do("registry", "POST", "/stations", body)
        for number, (member, branch) in enumerate(
            (
                ("m1", "b1"),
                ("m2", "b1"),
                ("m3", "b2"),
                ("i1", "b1"),
                ("i3", "b3"),
                ("m5", "b1"),
                ("m6", "b1"),
                ("m7", "b1"),
                ("m8", "b1"),
            )
        ):
            await self.do("registry", "POST", "/members", admission(number, branch, member_id=member))
        for person, place in (("i1", "b1"), ("i3", "b3")):
            post = {"post_id": f"post-{person}", "kind": "instructor", "person_id": person, "scope": "organisation",
                    "scope_id": place, "since": "2026-01-01"}  # fmt: skip
            await self.do("registry", "POST", "/posts", post)
        visit = {"visit_id": "visit1", "post_id": "post-i1", "visited_on": "2026-02-01", "services": ["policy"]}
        await self.do("registry", "POST", "/visits", visit)
        await self._staff()
        for name in ("mobility", "assessment", "notify"):
            await self.services[name].hear(registry)
        await self._move()
        await self._leave()
        await mobility.hear(mobility)
        await self.services["notify"].hear(mobility)
        await self._assess()
        messages = (await self.do("notify", "GET", "/messages?relocation_id=t1"))["items"]
        self.message = next(one["message_id"] for one in messages if one["recipient_ref"] == "b1")

    async def _staff(self) -> None:
        """c1 lacks an officer; it has documents, a site that was inspected, and money. m5 wants to be an instructor at s1."""
        wanted = {"by": "c1", "kind": "officer", "scope": "organisation", "scope_id": "c1", "least": 1,
                  "source_document": "x"}  # fmt: skip
        await self.do("registry", "PUT", "/staffings", wanted)
        document = {
            "by": "c1",
            "kind": "mechanism",
            "title": "x",
            "effective_from": "2026-01-01",
            "source_document": "x",
        }
        await self.do("registry", "POST", "/policy-documents/doc1/versions", document)
        room = {"place_id": "room", "kind": "site", "form": "activity_room", "name": "x", "area_code": "350102",
                "organisation_id": "c1", "opened_on": "2026-01-01"}  # fmt: skip
        await self.do("registry", "POST", "/places", room)
        shared = {"kind": "shares", "from_id": "room", "to_scope": "organisation", "to_id": "b1", "since": "2026-01-01"}
        await self.do("registry", "POST", "/relations", shared)
        listing = {"by": "c1", "kind": "site_checklist", "about": "one", "title": "x", "effective_from": "2026-01-01",
                   "source_document": "x", "items": [{"code": "sign", "text": "x"}]}  # fmt: skip
        await self.do("registry", "POST", "/policy-documents/one/versions", listing)
        look = {"by": "c1", "inspection_id": "look1", "scope": "site", "scope_id": "room", "standard": "one",
                "results": [{"code": "sign", "met": True, "note": "x"}], "inspected_on": "2026-01-02",
                "person_id": "m2"}  # fmt: skip
        await self.do("registry", "POST", "/inspections", look)
        money = {"funding_id": "fund1", "scope": "station", "scope_id": "s1", "source": "grant", "year": 2026,
                 "amount_fen": 100, "received_on": "2026-01-02", "source_document": "x"}  # fmt: skip
        await self.do("registry", "POST", "/fundings", money)
        brand = {
            "by": "c1",
            "kind": "brand",
            "scope": "organisation",
            "scope_id": "b1",
            "name": "x",
            "since": "2026-01-01",
        }
        await self.do("registry", "POST", "/practices", brand)
        said = {"by": "c1", "opinion_id": "op1", "scope": "station", "scope_id": "s1", "voice": "resident", "text": "x"}
        await self.do("registry", "POST", "/opinions", said)
        drive = {"by": "c1", "campaign_id": "drive1", "kind": "survey", "name": "x", "area_code": "350102",
                 "starts_on": "2026-01-01", "ends_on": "2026-06-30"}  # fmt: skip
        await self.do("registry", "POST", "/campaigns", drive)
        group = {"group_id": "group1", "organisation_id": "b1", "name": "x", "founded_on": "2026-01-01"}
        await self.do("registry", "POST", "/party-groups", group)
        applying = {"application_id": "a1", "person_id": "m5", "station_id": "s1", "capacity": "other"}
        await self.do("registry", "POST", "/instructor-applications", applying)

    async def _move(self) -> None:
        asking = {"transfer_id": "t1", "member_id": "m1", "to_committee_id": "c2", "to_branch_id": "b2",
                  "scope": "city", "reason": "new employer", "dues_paid_to": "2026-09"}  # fmt: skip
        await self.do("mobility", "POST", "/transfers", asking)
        transfer = await self.do("mobility", "GET", "/transfers/t1")
        for step in transfer["approval_path"]:
            transfer = await self.do("mobility", "POST", "/transfers/t1/approvals", {"by": step})
        letter = {"by": "c2", "branch_id": "b2", "letter_number": transfer["letter_number"]}
        await self.do("mobility", "POST", "/transfers/t1/acceptance", letter)
        parties = (await self.do("mobility", "GET", "/transfers/t1"))["parties"]
        self.party = next(one["party_id"] for one in parties if one["ref_id"] == "c1")
        kept = {"by": "c1", "retention_id": "r1", "member_id": "m2", "kind": "graduate", "since": "2026-07-01"}
        await self.do("mobility", "POST", "/retained-relations", kept)
        await self.do("mobility", "POST", "/reconciliations", {"by": "c1", "run_id": "run-1"})
        brought = {"by": "c1", "outside": {"name": "中共某市某区委组织部", "area_code": "440304"}, "letter_number": "x-1",
                   "valid_until": "2099-01-01", "dues_paid_to": "2026-09"}  # fmt: skip
        await self.do("mobility", "POST", "/inbound-letters", brought)

    async def _leave(self) -> None:
        """m2 is away with a file and a card at s3; i1 is lost; m2 is in the pool; three of c1 are at one place; those in
        the care of c1 are asked v1, and the year
        of m2 is appraised."""
        told = {"reason": "work", "by": "b1", "place_fixed": True, "departs_on": "2026-11-01", "contact_person_id": "i1",
                "destination": {"area_code": "350202", "place": "茶市"}, "station_id": "s3",
                "station_person_id": "i3"}  # fmt: skip
        for number, member in enumerate(("m5", "m6", "m2")):
            body = told | {"departure_id": "d2" if member == "m2" else f"d{number + 5}", "member_id": member}
            await self.do("mobility", "POST", "/departures", body)
        for member in ("m7", "m8"):
            far = {"departure_id": f"d{member}", "member_id": member, "destination": {"place": "x", "abroad": True}}
            await self.do(
                "mobility", "POST", "/departures", told | far | {"station_id": None, "station_person_id": None}
            )
        await self.do("mobility", "POST", "/departures/d2/verification", {"by": "k2", "outcome": "found"})
        file = {"by": "k2", "destination_organisation_id": "b3", "person_id": "i3"}
        await self.do("mobility", "PUT", "/departures/d2/file", file)
        await self.do("mobility", "POST", "/cards", {"by": "b1", "card_id": "k2", "member_id": "m2"})
        said = {"by": "b1", "opinion_id": "o2", "kind": "suggestion", "text": "x"}
        await self.do("mobility", "POST", "/care/d2/opinions", said)
        survey = {"by": "c1", "survey_id": "v1", "title": "x", "closes_on": "2099-01-01",
                  "items": [{"item_id": "wish", "text": "x"}]}  # fmt: skip
        await self.do("mobility", "POST", "/surveys", survey)
        items = [{"item_id": one, "text": "x", "aspect": one} for one in ("standard", "demand", "goal")]
        form = {"by": "c1", "form_version": 1, "title": "x", "items": items, "source_document": "x"}
        for form_id, kind in (("fa", "appraisal"), ("fb", "appraisal_of_bodies")):
            await self.do("mobility", "POST", f"/forms/{form_id}/versions", form | {"kind": kind})
        self.appraisal = f"d2.{local_date(datetime.now(UTC)).year}"
        await self.do("mobility", "POST", f"/care/{self.appraisal.replace('.', '/appraisals/')}", APPRAISING)
        await self.do("mobility", "POST", "/activities", HOLDING | {"activity_id": "ac1"})
        await self.do("mobility", "POST", "/activity-plans", YEAR_OF_TWO)
        lost = {"by": "b1", "member_id": "i1", "lost_since": "2026-06-01", "person_id": "m2"}
        await self.do("mobility", "POST", "/lost-contact", lost)
        listed = {"by": "b1", "kinds": ["local_talent"], "consent_document": "x"}
        await self.do("mobility", "PUT", "/talents/m2", listed)
        asked = {"by": "b1", "nomination_id": "n2", "kind": "local_talent", "body_id": "c1", "text": "x"}
        await self.do("mobility", "POST", "/talents/m2/nominations", asked)
        [proposal] = (await self.do("mobility", "GET", "/branch-proposals"))["items"]
        self.proposal = proposal["proposal_id"]

    async def _assess(self) -> None:
        rules = {"version": 1, "title": "办法", "effective_from": "2026-01-01", "source_document": "京组发〔2026〕1号",
                 "items": [{"id": "visits", "title": "走访", "max_score": 100}]}  # fmt: skip
        await self.do("assessment", "POST", "/rule-sets/r/versions", rules)
        year = datetime.now(UTC).year
        body = {"rule_set_id": "r", "closes_on": f"{year + 1}-12-31"}
        await self.do("assessment", "POST", "/quarters/2026Q4/opening", body)


def admission(number: int, branch: str, **more: Any) -> dict[str, Any]:
    """Somebody whom nobody has entered yet."""
    born = date(1950 + number // 900, 1, 1)
    return {"organisation_id": branch, "admitted_on": "2020-07-01", "name": "周明远",
            "resident_id": resident_id.make("350102", born, 100 + number % 900), **more}  # fmt: skip


@asynccontextmanager
async def county(servers: Servers, prefix: str) -> AsyncIterator[County]:
    """Settled in; its databases are dropped afterwards."""
    admin = await asyncpg.connect(servers.admin_url)
    engines: dict[str, AsyncEngine] = {}
    try:
        for name in DEFINITIONS:
            await admin.execute(f"CREATE DATABASE {prefix}_{name}")
            url = servers.database_url(f"{prefix}_{name}").replace("postgresql://", "postgresql+asyncpg://")
            engines[name] = create_async_engine(url)
        services = {}
        for name, definition in DEFINITIONS.items():
            await migrate(engines[name], definition.model)
            services[name] = Served(definition, engines[name])
        made = County(services)
        await made.settle_in()
        yield made
    finally:
        for name, engine in engines.items():
            await engine.dispose()
            await admin.execute(f"DROP DATABASE {prefix}_{name} WITH (FORCE)")
        await admin.close()
