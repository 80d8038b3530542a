"""The installation that is made to suffer: each service behind networks of its own, two services twice, a small disk.

Its services are processes, or containers (`contained`); its servers are where this run has them.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import nats.errors

from services.cli import service_children
from services.cli.badges import OPERATOR as DEMO_OPERATOR
from services.cli.catalogue import NAMES, entry
from shared.embedded.children import Child
from shared.embedded.ports import LOOPBACK, Ports
from shared.kernel.clock import monotonic
from shared.kernel.errors import Unavailable
from shared.messaging.bus import BusUnavailable, ReaderClosed
from shared.messaging.nats_bus import NatsBus
from shared.messaging.whole_stream import Hole, holes_of
from shared.security.actor import Actor
from shared.security.broker import OPERATOR, inbox_of
from tests.chaos.contained import Contained
from tests.chaos.place import Place, ThisMachine
from tests.chaos.proxy import Proxy
from tests.system.support import Patient, System, Watcher, until

SERVERS: Final = {"nats": "YANZHEN_NATS_URL", "postgres": "YANZHEN_DATABASE_URL"}
TWICE: Final = ("mobility", "notify")
SMALL_MEGABYTES: Final = 96
HABITS: Final = {
    # A clock that jumps by twenty seconds must not run out every message that is under way.
    "YANZHEN_RECEIPT_TIMEOUT": "40",
    "YANZHEN_ADDRESS_RATE": "2000",
    "YANZHEN_ADDRESS_BURST": "4000",
    "YANZHEN_TOKEN_RATE": "2000",
    "YANZHEN_TOKEN_BURST": "4000",
}


class Repeating(Patient):
    """Now and then asks once more with the same key what was answered already, as a client does that lost the answer."""

    again = 0

    async def call(
        self, method: str, path: str, body: Any = None, *, actor: Actor = DEMO_OPERATOR, once: str = ""
    ) -> Any:
        answer = await super().call(method, path, body, actor=actor, once=once)
        if once and sum(once.encode()) % 5 == 0:
            Repeating.again += 1
            second = await super().call(method, path, body, actor=actor, once=once)
            if second != answer:
                self._complaints.append(f"{self._name}: {method} {path} repeated with its key was answered otherwise")
        return answer


class Suffering(System):
    """A system with proxies between each service and each server."""

    def __init__(
        self,
        data_dir: Path,
        *,
        planned: int,
        disk: Path | None = None,
        embedded: bool = False,
        contained: bool = False,
    ) -> None:
        self._containers_disk = data_dir / "nats-disk"
        self._containers_disk.mkdir()
        self.small = disk
        super().__init__(data_dir, planned=planned, disks={"nats": disk or self._containers_disk}, embedded=embedded)
        self.place: Place = Contained(data_dir, self.containers) if contained else ThisMachine()
        self.links: dict[tuple[str, str], Proxy] = {}
        self._doors: list[Proxy] = []
        self.replicas: dict[str, Child] = {}
        self.rebuilt: list[str] = []
        self.asked: Callable[[str], contextlib.AbstractAsyncContextManager[Patient]] | None = None
        """Who is asked in place of a service's first process."""

    # -- beginning and end --------------------------------------------------------------------------------------

    def start_suffering(self) -> None:
        """Everything runs and is loaded, each service behind its own proxies."""
        if self.small is not None and not self.in_containers:
            home = self.data_dir / "nats"
            home.mkdir(mode=0o700)
            (home / "jetstream").symlink_to(self.small)
        self.start_loaded(HABITS)
        self._here = self.place.open()
        self.background.do(self._behind_links(), 400)

    def close(self) -> None:
        try:
            self.background.do(self._leave(), 120)
        finally:
            super().close()
            self.place.close()

    async def _leave(self) -> None:
        await asyncio.gather(*(child.stop() for child in self.replicas.values()))
        await asyncio.gather(*(link.stop() for link in (*self.links.values(), *self._doors)))

    async def _behind_links(self) -> None:
        children = self.installation.children
        for service in TWICE:
            self.replicas[f"{service}-2"] = self._again(service, f"{service}-2")
        await asyncio.gather(*(children[name].stop() for name in NAMES))
        for name in self.processes:
            child = self.service(name)
            assert isinstance(child.spec.env, dict)
            await self._through(name, child.spec.env)
            child.spec = self.place.housed(name, child.spec)
        await asyncio.gather(*(self.service(name).start() for name in self.processes))

    def _again(self, service: str, name: str) -> Child:
        """A second process of that service, which is to be started."""
        ports = Ports()
        port = ports.take(name)
        environment = {**self.installation.children[service].spec.env, "YANZHEN_HTTP_PORT": str(port)}
        home, log = self.data_dir / "services" / name, self.data_dir / "logs" / f"{name}.log"
        ports.release()
        return service_children.service_child(
            entry(service), home, log, port, environment, lambda: self.installation.files.clock_shift
        )

    async def _through(self, name: str, environment: dict[str, str]) -> None:
        """Rewrite the addresses in an environment to those of new proxies. The keyring goes the same way as the database."""
        for server, variable in SERVERS.items():
            link = self.links[name, server] = await self._proxy(urlsplit(environment[variable]).port)
            for one in (variable, *(("YANZHEN_KEYRING_URL",) if server == "postgres" else ())):
                if one in environment:
                    environment[one] = link.instead(environment[one])
        if "YANZHEN_SMS_URL" in environment and self._here != LOOPBACK:
            # The providers' stand-ins are on this machine, which is reached otherwise from there.
            sms = await self._proxy(urlsplit(environment["YANZHEN_SMS_URL"]).port)
            mail = await self._proxy(int(environment["YANZHEN_SMTP_PORT"]))
            self._doors += (sms, mail)
            environment |= {
                "YANZHEN_SMS_URL": sms.instead(environment["YANZHEN_SMS_URL"]),
                "YANZHEN_SMTP_HOST": self._here,
                "YANZHEN_SMTP_PORT": str(mail.port),
            }

    async def _proxy(self, port: int | None) -> Proxy:
        assert port is not None
        proxy = Proxy(LOOPBACK, port, listens_on=self._here)
        await proxy.start()
        return proxy

    # -- who is there -------------------------------------------------------------------------------------------

    @property
    def processes(self) -> tuple[str, ...]:
        """The services' processes, second replicas included."""
        return (*NAMES, *self.replicas)

    def service(self, name: str) -> Child:
        return self.replicas.get(name) or super().service(name)

    async def kill_service(self, name: str) -> None:
        await self.place.kill(self.service(name))

    def restarts(self) -> dict[str, int]:
        return super().restarts() | {name: child.restarts for name, child in self.replicas.items()}

    async def ready(self, name: str) -> dict[str, Any]:
        if name not in self.replicas:
            return await super().ready(name)
        url = f"http://127.0.0.1:{self.replicas[name].spec.env['YANZHEN_HTTP_PORT']}/readyz"
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            with contextlib.suppress(httpx.TransportError):
                found: dict[str, Any] = (await http.get(url)).json()
                return found
        return {}

    @contextlib.asynccontextmanager
    async def patient(self, service: str) -> AsyncIterator[Patient]:
        if self.asked is not None:
            async with self.asked(service) as patient:
                yield patient
            return
        async with httpx.AsyncClient(
            base_url=self.installation.url(service),
            timeout=15,
            trust_env=False,
            limits=httpx.Limits(max_connections=16),
        ) as client:
            yield Repeating(client, service, self.badges, self.complaints, seconds=90)

    # -- healing ------------------------------------------------------------------------------------------------

    async def healed(self, databases: Watcher, seconds: float = 180) -> float:
        """Seconds until every process is ready and nothing waits: queues are empty, streams full, consumers at their ends."""
        began = monotonic()
        for name in self.processes:

            async def green(name: str = name) -> bool:
                return (await self.ready(name)).get("status") == "ready"

            try:
                await until(f"{name} is ready", green, seconds)
            except AssertionError as error:
                said = await self.ready(name)
                raise AssertionError(f"{error}; it says {said.get('checks') or said}") from None
        await until("the streams are full", lambda: self._full(databases), seconds)
        await databases.until_quiet(seconds)
        return monotonic() - began

    async def _full(self, databases: Watcher) -> bool:
        with contextlib.suppress(Exception):  # the broker is coming back
            ends = await self.ends()
            for name in NAMES:
                if ends[name] < await databases.value(name, "SELECT coalesce(max(position), 0) FROM outbound"):
                    return False
            return True
        return False

    async def ends(self) -> dict[str, int]:
        """The last sequence of each service's stream."""
        async with self.connected(OPERATOR) as client:
            bus = NatsBus(client, inbox_prefix=inbox_of(OPERATOR))
            return {name: await bus.last_sequence(f"OUT_{name.upper()}") for name in NAMES}

    async def holes(self) -> dict[str, list[Hole]]:
        """What cannot be read of each service's stream, asked again while the broker is away."""
        deadline = monotonic() + 90
        while True:
            try:
                async with self.connected(OPERATOR) as client:
                    bus = NatsBus(client, inbox_prefix=inbox_of(OPERATOR))
                    ends = {name: await bus.last_sequence(f"OUT_{name.upper()}") for name in NAMES}
                    return {name: await holes_of(bus, f"OUT_{name.upper()}", end) for name, end in ends.items()}
            except (BusUnavailable, ReaderClosed, Unavailable, nats.errors.Error, OSError, TimeoutError):
                if monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)

    async def broker_answers(self) -> None:
        async def answers() -> bool:
            with contextlib.suppress(Exception):
                await self.ends()
                return True
            return False

        await until("the broker has its streams", answers, 45)

    async def resend_reports(self, databases: Watcher) -> None:
        """What the outside system does when the broker has lost its reports: it tells again what was not confirmed."""
        rows = await databases.rows("mobility", "SELECT relocation_id FROM relocations WHERE propagated_at IS NOT NULL")
        for relocation_id in sorted(self.book.accepted.keys() - {row[0] for row in rows}):
            await self.acknowledge(relocation_id)
