"""A whole installation on this machine: servers from wheels, databases, identities, streams, and the four services.

`async with LocalInstallation(Path(".yanzhen")) as installation: installation.url("mobility")`
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from services.cli import service_children
from services.cli.broker_connection import connected
from services.cli.catalogue import SERVICES, ServiceEntry, definition
from services.cli.migration_child import migrate_in_child
from services.cli.service_databases import address, create_databases
from services.cli.service_environment import database_url, migration_environment, service_environment
from services.cli.stack_files import StackFiles
from services.cli.stack_names import DEFAULT_DATA_DIR
from shared.embedded.children import Child
from shared.embedded.issuer import IssuerServer
from shared.embedded.ports import LOOPBACK, Ports
from shared.embedded.stack import EmbeddedStack, ReceiptUrls
from shared.kernel.clock import SystemClock
from shared.kernel.errors import Unavailable
from shared.messaging.topology import Topology, load, provision
from shared.security.broker import OPERATOR, OUTSIDE_SYSTEMS, identities
from shared.security.broker_conf import authorization_conf
from shared.security.broker_needs import BrokerNeeds
from shared.security.client_credentials import ClientCredentials
from shared.security.database_roles import owner_of
from shared.security.development_issuer import MESSAGE_CLIENTS, DevelopmentIssuer
from shared.security.nkey_seeds import public_key

NOTIFY = "notify"
ISSUER = "issuer"


def _unheard(_: str) -> None:
    return


def _needs(service: ServiceEntry) -> str | BrokerNeeds:
    # Ours are written down; importing all four to ask them would cost a second and 30 MB.
    if service in SERVICES:
        return service.name
    from shared.runtime.broker_needs import needs_of

    return needs_of(definition(service))


class LocalInstallation:
    """Everything Yanzhen is, running between `async with` and its end; one per data directory.

    `receipt_unit_seconds` is the unit in which the providers' stand-ins repeat receipts. `progress` is told in a few
    words what is being waited for.
    """

    def __init__(
        self,
        data_dir: Path = DEFAULT_DATA_DIR,
        *,
        services: Sequence[ServiceEntry] = SERVICES,
        topology: Topology | None = None,
        outside: Sequence[str] = OUTSIDE_SYSTEMS,
        receipt_unit_seconds: float = 1.0,
        progress: Callable[[str], None] = _unheard,
    ) -> None:
        self.files = StackFiles(data_dir)
        self.services = tuple(services)
        self.topology = topology or load()
        self.children: dict[str, Child] = {}
        self._outside = tuple(outside)
        self._unit = receipt_unit_seconds
        self._progress = progress
        self._clock = SystemClock()
        self._ports = Ports()
        self._stack: EmbeddedStack | None = None
        self._issuing: IssuerServer | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def stack(self) -> EmbeddedStack:
        """The servers around the services."""
        if self._stack is None:
            raise Unavailable("not-running", "the installation is not running", remedy="start it first")
        return self._stack

    def url(self, service: str) -> str:
        """A service's HTTP address."""
        return f"http://{LOOPBACK}:{self._ports.taken[service]}"

    def database_url(self, service: str) -> str:
        """A service's database (or `keyring`), with the password: for connecting, not for showing."""
        return database_url(self.files, self.stack, service)

    def broker_identities(self) -> str:
        """The identities as configuration for nats-server, their keys made if missing. Harmless at any time: who runs the
        broker elsewhere asks for it before the start, to let the broker know them.
        """
        # Not earlier: the directory is made with the right mode by whoever uses it first, and that may be us.
        self.files.prepare_directory()
        found = identities(self.topology, map(_needs, self.services), self._outside)
        text = authorization_conf((identity, public_key(self.files.ensure_seed(identity.role))) for identity in found)
        self.files.write_authorization(text)
        return text

    async def start(self) -> None:
        """Start everything and return when every service is ready. Raises what went wrong, with nothing left running."""
        self._ports = Ports(self.files.remembered_ports())
        self._ports.take(ISSUER)
        self.files.prepare_directory()
        receipts = None
        for service in self.services:
            port = self._ports.take(service.name)
            if service.name == NOTIFY:
                receipts = self._reporting(port)
        try:
            self._issuing = IssuerServer(self.issuer(), self._ports.taken[ISSUER])
            self._issuing.start()
            # Handed over at their start: a stand-in that is restarted still knows where its receipts go.
            stack = EmbeddedStack(
                self.files.path,
                authorization_conf=self.broker_identities(),
                receipt_urls=receipts,
                receipt_unit_seconds=self._unit,
                clock=self._clock,
            )
            self._progress("starting PostgreSQL, NATS and the providers' stand-ins")
            await stack.start()
            self._stack = stack
            await self._prepare(stack)
            self._progress("starting the services")
            await self._start_services(stack)
            self._record()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the services, then what they stand on. Harmless when not running."""
        stack, self._stack = self._stack, None
        try:
            if stack is not None:
                self.files.run_record.unlink(missing_ok=True)
            await asyncio.gather(*(child.stop() for child in self.children.values()))
        finally:
            self.children.clear()
            try:
                if stack is not None:
                    await stack.stop()
            finally:
                if self._issuing is not None:
                    await self._issuing.stop()
                self._ports.release()

    @property
    def issuer_url(self) -> str:
        """Where the development issuer answers."""
        return f"http://{LOOPBACK}:{self._ports.taken[ISSUER]}"

    def issuer(self) -> DevelopmentIssuer:
        """Makes tokens that the services accept."""
        return self.files.issuer(self._outside)

    def addresses(self) -> dict[str, Any]:
        """What one needs to know to use it, free of secrets; also the content of `run.json`."""
        targets = {service.name: service.target for service in self.services}
        return {
            "pid": os.getpid(),
            "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
            **self.stack.addresses(),
            "issuer_url": self.issuer_url,
            "services": {
                name: {
                    "target": targets[name],
                    "url": self.url(name),
                    "pid": child.pid,
                    "log": str(child.spec.log),
                    "database": address(self.stack.admin_url, name),
                    "owner": address(self.stack.admin_url, name, owner_of(name)),
                }
                for name, child in self.children.items()
            },
        }

    def _reporting(self, notify_port: int) -> ReceiptUrls:
        """Where the providers' stand-ins report to, and who they are there."""
        issuer, base = self.issuer(), f"http://{LOOPBACK}:{notify_port}/receipts"
        clients = [ClientCredentials(f"{self.issuer_url}/token", one, issuer.secret(one)) for one in MESSAGE_CLIENTS]
        return ReceiptUrls(f"{base}/email", f"{base}/sms", *clients)

    async def _prepare(self, stack: EmbeddedStack) -> None:
        self._progress("creating databases and streams")
        self.files.remember_ports(self._ports.taken)
        for service in self.services:
            await service_children.stop_left_over(self._home(service), self._clock)
        await create_databases(stack.admin_url, self.files.password, self.services)
        async with connected(stack.nats_url, self.files.seed(OPERATOR)) as client:
            done = await provision(client, self.topology)
        if done.drift:
            first = done.drift[0]
            raise Unavailable(
                "broker-drift",
                f"{first.stream} has {first.setting} {first.actual!r} instead of {first.expected!r}",
                remedy="see all of it with `yanzhen provision`; what cannot be changed in place has to be made anew",
            )
        self._progress("bringing the databases up to date")
        await migrate_in_child(
            self.services,
            migration_environment(self.services, self.files, stack),
            self.files.path / "logs" / "migrate.log",
        )

    async def _start_services(self, stack: EmbeddedStack) -> None:
        for service in self.services:
            port = self._ports.taken[service.name]
            environment = service_environment(service, self.files, stack, port, notify=service.name == NOTIFY)
            log = self.files.path / "logs" / f"{service.name}.log"
            child = service_children.service_child(
                service, self._home(service), log, port, environment, lambda: self.files.clock_shift
            )
            self.children[service.name] = child
        for child in (*stack.children.values(), *self.children.values()):
            child.on_restart(lambda _: self._record())
        results = await asyncio.gather(*(child.start() for child in self.children.values()), return_exceptions=True)
        for result in results:  # all have come to an end, so nothing is being started while we stop
            if isinstance(result, BaseException):
                raise result

    def _home(self, service: ServiceEntry) -> Path:
        return self.files.path / "services" / service.name

    def _record(self) -> None:
        if self._stack is not None:
            self.files.write_run_record(self.addresses())
