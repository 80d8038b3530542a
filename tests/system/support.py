"""A whole installation to test against: four services on real servers, a county, its clerks, and an outside system.

What is asked of it is repeated, as any client does, until it is answered: connections break and services are away while
things are killed, and an Idempotency-Key makes the repetition harmless. An answer that no fault excuses is kept in
`System.complaints`.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg
import httpx
import nats.errors
import nats.js.errors
from nats.aio.client import Client

from services.cli.badges import OPERATOR as DEMO_OPERATOR
from services.cli.badges import Badges
from services.cli.broker_connection import connected
from services.cli.catalogue import NAMES
from services.cli.demo.clerks import Clerks, Tally
from services.cli.demo.county.relocation_model import Outcome, Relocation
from services.cli.demo.county.world import World, build_world
from services.cli.demo.databases import Databases
from services.cli.demo.http import Api, api, for_each
from services.cli.demo.ids import id_of
from services.cli.demo.load import load
from shared.embedded.children import Child
from shared.kernel.clock import monotonic
from shared.kernel.errors import Refused, Unavailable
from shared.messaging.provisioning import Provisioned
from shared.messaging.topology import provision
from shared.security.actor import Actor, Assignment, Role
from shared.security.broker import OPERATOR
from tests.support.installed import Installed
from tests.support.servers import NAMES as SERVERS

T = TypeVar("T")

PROJECT: Final = Path(__file__).parents[2]
SEED: Final = 20261122
SCALE: Final = 0.05
PLANNED: Final = 150
CLERKS: Final = 8
MEMBER_SYSTEM: Final = "member-system"
BUSINESS_REGISTRY: Final = "business-registry"

IMPATIENT: Final = {
    # Days become seconds: what a kill leaves unknown is found out, or given up, while a test waits.
    "YANZHEN_PROVIDER_TIMEOUT": "3",
    "YANZHEN_ATTEMPT_TIMEOUT": "4",
    "YANZHEN_CHECK_AFTER": "4",
    "YANZHEN_LONGEST_CHECK_INTERVAL": "4",
    "YANZHEN_RETRY_AFTER": "[1,2,4]",
    "YANZHEN_RECEIPT_TIMEOUT": "12",
    "YANZHEN_AUDIT_ANCHOR_SECONDS": "3",
    # Every relocation concerns an outside system, which confirms it through the inbound door.
    "YANZHEN_OUTSIDE_SYSTEMS": json.dumps([MEMBER_SYSTEM]),
}
RECEIPT_UNIT_SECONDS: Final = 1.5
"""The last of a receipt's repetitions comes 24 s after the first try: on a busy machine a killed service is back by then."""

_AWAY: Final = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError,
                asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, TimeoutError)  # fmt: skip


async def until(what: str, condition: Callable[[], Awaitable[object]], seconds: float = 30) -> None:
    """Wait until it holds; fails with what was waited for."""
    deadline = monotonic() + seconds
    while not await condition():
        assert monotonic() < deadline, f"not within {seconds:g} s: {what}"
        await asyncio.sleep(0.02)


class Watcher(Databases):
    """The databases, asked again while PostgreSQL is away."""

    async def rows(self, service: str, query: str, *arguments: Any) -> list[Any]:
        return await _patiently(lambda: super(Watcher, self).rows(service, query, *arguments))

    async def value(self, service: str, query: str, *arguments: Any) -> Any:
        return await _patiently(lambda: super(Watcher, self).value(service, query, *arguments))


async def _patiently(ask: Callable[[], Awaitable[T]], seconds: float = 60) -> T:
    deadline = monotonic() + seconds
    while True:
        try:
            return await ask()
        except _AWAY:
            if monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)


class Patient(Api):
    """Repeats with the same key what found nobody, or lost against somebody else. Keeps what should not have been said."""

    def __init__(
        self, client: httpx.AsyncClient, service: str, badges: Badges, complaints: list[str], seconds: float = 60
    ) -> None:
        super().__init__(client, service, badges)
        self._http = client
        self._tokens = badges
        self._name = service
        self._complaints = complaints
        self._seconds = seconds
        self.repeated = 0

    async def call(
        self, method: str, path: str, body: Any = None, *, actor: Actor = DEMO_OPERATOR, once: str = ""
    ) -> Any:
        headers = self._tokens.of(actor) | ({"Idempotency-Key": once} if once else {})
        deadline = monotonic() + self._seconds
        while True:
            found = "nobody there"
            with contextlib.suppress(httpx.TransportError):
                answer = await self._http.request(method, path, json=body, headers=headers)
                if answer.is_success:
                    return answer.json()
                problem = answer.json()
                found = f"{self._name} answered {method} {path} with {answer.status_code} {problem}"
                if answer.status_code >= 500 and answer.status_code != 503:
                    self._complaints.append(found)
                elif answer.status_code != 503 and problem["code"] != "concurrent-change":
                    raise Refused(problem["code"], found)
            if monotonic() > deadline:
                raise Unavailable("no-answer", f"none within {self._seconds:g} s to {method} {path}: {found}")
            self.repeated += 1
            await asyncio.sleep(0.1)


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


class System(Installed):
    """The installation with its world, and the book of what was done to it."""

    def __init__(self, data_dir: Path, *, planned: int = PLANNED, **how: Any) -> None:
        super().__init__(data_dir, receipt_unit_seconds=RECEIPT_UNIT_SECONDS, **how)
        self.world: World = build_world(SEED, scale=SCALE, relocations=planned)
        self.book = Tally()
        self.complaints: list[str] = []
        self.killed: Counter[str] = Counter()
        self._plans = (plan for plan in self.world.relocations if plan.outcome is not Outcome.EXPIRED)

    @property
    def badges(self) -> Badges:
        """Tokens for whoever acts."""
        return Badges(self.installation.issuer())

    def everybody(self) -> dict[str, str]:
        """The Authorization header of somebody who may do everything: for tests that ask what else is refused."""
        tops = [id_of(territory.organisations[0].key) for territory in self.world.territories]
        roles = [Assignment(Role.CITY_DEPARTMENT, top) for top in tops]
        return self.badges.of(Actor("tester", (*roles, Assignment(Role.OPERATOR), Assignment(Role.PROVIDER))))

    def start_loaded(self, environment: Mapping[str, str] | None = None) -> None:
        """With the world in it. `environment` is added to that of the services."""
        self.start({**IMPATIENT, **(environment or {})})
        self.background.do(self._load(), 100)

    async def _load(self) -> None:
        async with api(self.installation.url("registry"), "registry", self.badges) as registry:
            await load(registry, self.world, lambda *_: None)
        async with Watcher(self.installation) as databases:
            await databases.until_quiet(60)

    # -- what is killed -----------------------------------------------------------------------------------------

    def service(self, name: str) -> Child:
        """The process of a service."""
        return self.installation.children[name]

    def pid(self, name: str) -> int:
        """The process id of a service."""
        pid = self.service(name).pid
        assert pid is not None, f"{name} is not running"
        return pid

    async def kill(self, name: str) -> None:
        """kill -9 of a service or a server, and return once it is running and ready again."""
        self.killed[name] += 1
        if name in SERVERS:
            await self.servers.kill(name)
            back = self.servers.back(name)
        else:
            await self.kill_service(name)
            back = self.background.there(self.service(name).wait_restarts(self.killed[name]))
        await asyncio.wait_for(back, 180)

    async def kill_service(self, name: str) -> None:
        """kill -9, and no more: its supervisor starts it again."""
        os.kill(self.pid(name), signal.SIGKILL)

    def restarts(self) -> dict[str, int]:
        """How often each service, server and stand-in was started again."""
        stack = self.installation.stack
        children = {**self.installation.children, **stack.children}
        return {**{name: child.restarts for name, child in children.items()}, **self.servers.starts_again()}

    def logs(self) -> dict[str, str]:
        """What services, servers and stand-ins have written."""
        files = sorted((self.data_dir / "logs").iterdir())
        return {path.name: path.read_text(errors="replace") for path in files} | dict(self.servers.logs())

    async def ready(self, name: str) -> dict[str, Any]:
        """What a service says of itself; empty while nobody answers."""
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            with contextlib.suppress(httpx.TransportError):
                found: dict[str, Any] = (await http.get(f"{self.installation.url(name)}/readyz")).json()
                return found
        return {}

    async def all_ready(self, seconds: float = 45) -> None:
        for name in NAMES:
            await self._ready(name, seconds)

    async def _ready(self, name: str, seconds: float) -> None:
        said: dict[str, Any] = {}

        async def green() -> bool:
            said.update(await self.ready(name))
            return said.get("status") == "ready"

        try:
            await until(f"{name} is ready", green, seconds)
        except AssertionError as error:
            end = "\n".join(self.logs().get(f"{name}.log", "").splitlines()[-30:])
            error.add_note(f"it says: {said}\nits log ends with:\n{end}")
            raise

    # -- what is asked of it ------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def patient(self, service: str) -> AsyncIterator[Patient]:
        async with httpx.AsyncClient(
            base_url=self.installation.url(service),
            timeout=10,
            trust_env=False,
            limits=httpx.Limits(max_connections=16),
        ) as client:
            yield Patient(client, service, self.badges, self.complaints)

    def plans(self, count: int) -> list[Relocation]:
        """The next relocations of the plan, each handed out once."""
        return [next(self._plans) for _ in range(count)]

    def accepted_plans(self, count: int) -> list[Relocation]:
        """The next of those that end with the member taken in."""
        found: list[Relocation] = []
        while len(found) < count:
            found += [plan for plan in self.plans(1) if plan.outcome is Outcome.ACCEPTED]
        return found

    async def relocate(self, plans: Sequence[Relocation]) -> None:
        """All that the clerks and the outside system do about them, entered into the book."""
        async with self.patient("mobility") as mobility:
            clerks = Clerks(mobility, self.world)
            clerks.tally = self.book

            async def carry_out(plan: Relocation) -> None:
                await clerks.carry_out(plan)
                if plan.outcome is Outcome.ACCEPTED:
                    await self.acknowledge(self.relocation_of(plan))

            await for_each(plans, CLERKS, carry_out)

    def relocation_of(self, plan: Relocation) -> str:
        """The id under which the transfer was accepted."""
        return next(identity for identity, one in self.book.accepted.items() if one is plan)

    async def acknowledge(self, relocation_id: str) -> None:
        """As the outside system does it. Under one message id, so that it may be told again."""
        await self.report(
            MEMBER_SYSTEM, "relocation-acknowledged.v1", {"relocation_id": relocation_id}, id_=f"ack-{relocation_id}"
        )

    async def report(
        self, system: str, kind: str, body: bytes | dict[str, Any], *, id_: str, specversion: str = "1.0"
    ) -> None:
        """Publish on `inbound.<system>.<kind>` until the broker has it."""
        given = {"specversion": specversion, "id": id_, "source": f"urn:{system}", "type": f"cn.{kind}"}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        deadline = monotonic() + 60
        while True:
            try:
                async with self.connected(system) as client:
                    await client.jetstream().publish(
                        f"inbound.{system}.{kind}", data,
                        headers={f"ce-{name}": value for name, value in given.items() if value}, timeout=5,
                    )  # fmt: skip
            except (Unavailable, nats.errors.Error, nats.js.errors.Error, OSError, TimeoutError):
                if monotonic() > deadline:
                    raise
                await asyncio.sleep(0.1)
            else:
                return

    def connected(self, role: str) -> contextlib.AbstractAsyncContextManager[Client]:
        """A connection to the broker with that role's identity."""
        return connected(self.installation.stack.nats_url, self.installation.files.seed(role), role)

    async def provision(self) -> Provisioned:
        async with self.connected(OPERATOR) as client:
            return await provision(client, self.installation.topology)

    async def settled(self, databases: Databases, seconds: float = 180) -> None:
        """Return when everything accepted so far is propagated and nothing is under way any more."""

        async def propagated() -> bool:
            rows = await databases.rows(
                "mobility", "SELECT relocation_id FROM relocations WHERE propagated_at IS NOT NULL"
            )
            return self.book.accepted.keys() <= {row[0] for row in rows}

        try:
            await until("everything accepted is propagated", propagated, seconds)
        except AssertionError as error:
            error.add_note(await self._under_way(databases))
            raise
        await databases.until_quiet(seconds)

    async def _under_way(self, databases: Databases) -> str:
        """What has not arrived everywhere: where each step stands, and what the services say of themselves."""
        rows = await databases.rows(
            "mobility",
            "SELECT relocation_id, party_id, step, state, detail FROM propagation"
            " WHERE relocation_id IN (SELECT relocation_id FROM relocations WHERE propagated_at IS NULL)",
        )
        known = await databases.rows("mobility", "SELECT relocation_id FROM relocations")
        said = [f"{name}: {await self.ready(name)}" for name in NAMES]
        never = [f"{id_}: not accepted" for id_ in self.book.accepted.keys() - {row[0] for row in known}]
        return "\n".join([*(" ".join(map(str, row)) for row in rows), *never, *said])

    async def say(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Said:
        """Run `yanzhen` as a user does."""

        def run() -> Said:
            kept = {k: v for k, v in os.environ.items() if not k.startswith("YANZHEN_") and k != "COLUMNS"}
            done = subprocess.run(
                [sys.executable, "-m", "services.cli", *arguments], cwd=PROJECT, capture_output=True, text=True,
                env={**kept, "YANZHEN_DATA_DIR": str(self.data_dir), **(environment or {})}, timeout=60, check=False,
            )  # fmt: skip
            return Said(done.returncode, done.stdout, done.stderr)

        return await asyncio.to_thread(run)


class Moment:
    """A point in the middle of things: a service has written so many more events than before."""

    def __init__(self, databases: Databases, rng: random.Random) -> None:
        self._databases = databases
        self._rng = rng

    async def of(self, service: str, most: int) -> Callable[[], Awaitable[None]]:
        """What waits for it. Made before the work begins, so that none of it is missed."""
        query = "SELECT coalesce(max(seq), 0) FROM events"
        goal = await self._databases.value(service, query) + self._rng.randint(1, most)

        async def reached() -> bool:
            return bool(await self._databases.value(service, query) >= goal)

        return lambda: until(f"{service} is in the middle of its work", reached)


def expected_branches(system: System) -> dict[str, str]:
    """Where every member belongs by now: by the county's data, and by what was accepted since."""
    found = {id_of(m.key): id_of(m.organisation_key) for t in system.world.territories for m in t.members}
    return found | {id_of(p.member_key): id_of(p.destination_branch_key) for p in system.book.accepted.values()}
