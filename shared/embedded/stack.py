"""The stack that runs without containers: NATS, PostgreSQL and the providers' stand-ins as children of ours."""

import asyncio
import os
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import structlog

from shared.embedded import nats as nats_server
from shared.embedded import postgres as postgres_server
from shared.embedded import sinks as sink_processes
from shared.embedded.children import Child
from shared.embedded.data_dir import DataDirectory
from shared.embedded.nats import Nats
from shared.embedded.ports import LOOPBACK, Ports
from shared.embedded.postgres import Postgres
from shared.embedded.postgres_home import known_home
from shared.embedded.sinks import Reporting, Sink, sms_gateway, smtp_sink
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.errors import Invalid
from shared.security.client_credentials import ClientCredentials

log = structlog.get_logger(__name__)

P = TypeVar("P")

NATS_URL_VARIABLE = "YANZHEN_NATS_URL"
DATABASE_URL_VARIABLE = "YANZHEN_DATABASE_URL"


@dataclass(frozen=True, slots=True)
class ReceiptUrls:
    """Where the stand-ins post delivery receipts; None: nowhere, until told by their `PUT /receipt-url`."""

    email: str | None = None
    sms: str | None = None
    email_client: ClientCredentials | None = None
    sms_client: ClientCredentials | None = None
    """Who the stand-ins are there."""


class EmbeddedStack:
    """All that Yanzhen needs around it, running between `async with` and its end.

    Each of NATS and PostgreSQL is replaced by a real server when `YANZHEN_NATS_URL` or `YANZHEN_DATABASE_URL` names
    one. `receipt_unit_seconds` is the unit of the receipts' repetition at 1, 5 and 10 (real providers: minutes).
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        nats: bool = True,
        postgres: bool = True,
        sinks: bool = True,
        authorization_conf: str = "",
        receipt_urls: ReceiptUrls | None = None,
        receipt_unit_seconds: float = 1.0,
        clock: Clock | None = None,
    ) -> None:
        self._directory = DataDirectory(data_dir)
        self._external_nats = os.environ.get(NATS_URL_VARIABLE)
        self._external_database = os.environ.get(DATABASE_URL_VARIABLE)
        self._with_nats = nats and not self._external_nats
        self._with_postgres = postgres and not self._external_database
        self._with_sinks = sinks
        self._authorization_conf = authorization_conf
        self._receipt_urls = receipt_urls or ReceiptUrls()
        self._receipt_unit_seconds = receipt_unit_seconds
        self._clock = clock or SystemClock()
        self._ports = Ports()
        self._nats: Nats | None = None
        self._postgres: Postgres | None = None
        self._smtp: Sink | None = None
        self._sms: Sink | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start everything at once and return when all of it is ready.

        Raises `Refused` (`stack-already-running`), or `Unavailable` naming the part that does not come up; then nothing
        is left running.
        """
        self._directory.open()
        try:
            await self._stop_left_over()
            self._assemble()
            await _all(part.start() for part in self._parts())
        except BaseException:
            await self.stop()
            raise
        log.info("stack-ready", **self.addresses())

    async def stop(self) -> None:
        """Stop everything, then give back the ports and the directory, in that order. Harmless when not running."""
        try:
            await _all(part.stop() for part in self._parts())
        finally:
            self._ports.release()
            self._directory.close()

    @property
    def nats_url(self) -> str:
        """Where NATS clients connect."""
        if self._external_nats:
            return self._external_nats
        return _running(self._nats, "nats").url

    @property
    def nats_monitor_url(self) -> str | None:
        """The server's HTTP monitoring; None when NATS is not ours."""
        return self._nats.monitor_url if self._nats else None

    @property
    def admin_url(self) -> str:
        """The superuser's connection string to the maintenance database, with the password."""
        return self._external_database or _running(self._postgres, "postgres").url()

    def database_url(self, database: str) -> str:
        """The superuser's connection string to that database, with the password: for connecting, not for showing."""
        return urlsplit(self.admin_url)._replace(path=f"/{database}").geturl()

    @property
    def smtp_host(self) -> str:
        """Where the mail sink listens."""
        return LOOPBACK

    @property
    def smtp_port(self) -> int:
        """Where the mail sink listens."""
        port = _running(self._smtp, "sinks").smtp_port
        assert port is not None  # noqa: S101 - the mail sink is built with one
        return port

    @property
    def smtp_sink_url(self) -> str:
        """The mail sink's HTTP API and page."""
        return _running(self._smtp, "sinks").url

    @property
    def sms_url(self) -> str:
        """The SMS gateway's HTTP API and page."""
        return _running(self._sms, "sinks").url

    @property
    def children(self) -> dict[str, Child]:
        """The running children by name: `nats`, `postgres`, `smtp-sink`, `sms-gateway`."""
        return {part.child.spec.name: part.child for part in self._parts()}

    @property
    def pids(self) -> dict[str, int]:
        """The running processes by name."""
        return {name: child.pid for name, child in self.children.items() if child.pid is not None}

    def addresses(self) -> dict[str, Any]:
        """Everything one needs to know to use the stack, free of secrets."""
        return {
            "data_dir": str(self._directory.path),
            "nats_url": _without_password(self._external_nats) or (self._nats.url if self._nats else None),
            "nats_monitor_url": self.nats_monitor_url,
            "database_url": _without_password(self._external_database)
            or (self._postgres.public_url() if self._postgres else None),
            "smtp": f"{self.smtp_host}:{self.smtp_port}" if self._smtp else None,
            "smtp_sink_url": self._smtp.url if self._smtp else None,
            "sms_url": self._sms.url if self._sms else None,
            "pids": self.pids,
        }

    async def _stop_left_over(self) -> None:
        """Before the ports are looked at: an orphan would hold the ones that clients of the last run know."""
        await postgres_server.stop_left_over(known_home(self._directory) / "data", self._clock)
        await nats_server.stop_left_over(self._directory, self._clock)
        await sink_processes.stop_left_over(self._directory, self._clock)

    def _assemble(self) -> None:
        self._ports = ports = Ports(self._directory.get("ports"))
        directory, clock = self._directory, self._clock
        if self._with_nats:
            self._nats = Nats(
                directory,
                ports.take("nats"),
                ports.take("nats-monitor"),
                authorization_conf=self._authorization_conf,
                clock=clock,
            )
        if self._with_postgres:
            self._postgres = Postgres(directory, ports.take("postgres"), clock=clock)
        if self._with_sinks:
            to, unit = self._receipt_urls, self._receipt_unit_seconds
            mail, sms = Reporting(to.email, to.email_client, unit), Reporting(to.sms, to.sms_client, unit)
            self._smtp = smtp_sink(directory, ports.take("smtp"), ports.take("smtp-http"), mail, clock)
            self._sms = sms_gateway(directory, ports.take("sms"), sms, clock)
        directory.remember("ports", {**(directory.get("ports") or {}), **ports.taken})

    def _parts(self) -> list[Nats | Postgres | Sink]:
        return [part for part in (self._nats, self._postgres, self._smtp, self._sms) if part is not None]


async def _all(steps: Iterable[Awaitable[None]]) -> None:
    """Run all to their end, then raise the first error: a part whose sibling failed must still finish its own step."""
    results = await asyncio.gather(*steps, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result


def _running(part: P | None, name: str) -> P:
    if part is None:
        raise Invalid(
            "not-part-of-this-stack", f"{name} is not running here", remedy=f"start the stack with {name}=True"
        )
    return part


def _without_password(urls: str | None) -> str | None:
    """The same address or comma-separated addresses, user and password left out."""
    if not urls:
        return None
    parts = [urlsplit(url) for url in urls.split(",")]
    return ",".join(part._replace(netloc=part.netloc.rpartition("@")[2]).geturl() for part in parts)
