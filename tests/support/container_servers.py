"""NATS and PostgreSQL in containers, configured as the embedded ones are."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncpg

from shared.embedded import nats, postgres
from shared.embedded.ports import LOOPBACK, Ports
from shared.embedded.probe import answers_ok
from tests.support.server_container import ContainerSpec, ServerContainer
from tests.support.tests_on import NATS_IMAGE, POSTGRES_IMAGE

_EVERYWHERE = "0.0.0.0"  # within the container; Docker publishes it on loopback alone
_NATS_PORT, _MONITOR_PORT, _POSTGRES_PORT = 4222, 8222, 5432
_NATS_CONF = "/etc/yanzhen/nats.conf"
_POSTGRES_CONF = "/etc/yanzhen/postgresql.conf"
_STREAMS = Path("/data")
_DATABASES = "/var/lib/postgresql"
_SOCKETS = "/var/run/postgresql"


class ContainerServers:
    """Running between `with` and its end. What is killed is started again from a thread: Docker's own restart policy
    leaves alone what was killed through Docker. `disks` are directories of ours in place of volumes.
    """

    def __init__(
        self, *, postgres: bool = True, authorization_conf: str = "", disks: Mapping[str, Path] | None = None
    ) -> None:
        self._disks = dict(disks or {})
        self._ports = Ports()
        self._password = secrets.token_urlsafe(32)
        self._servers: dict[str, ServerContainer] = {"nats": ServerContainer(self._nats(authorization_conf))}
        if postgres:
            self._servers["postgres"] = ServerContainer(self._postgres())
        self._supervisor = ThreadPoolExecutor(len(self._servers))
        self._coming_back: dict[str, Future[None]] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        try:
            list(self._supervisor.map(ServerContainer.start, self._servers.values()))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self._supervisor.shutdown()
        for server in self._servers.values():
            server.stop()
        self._ports.release()

    @property
    def nats_url(self) -> str:
        return f"nats://{LOOPBACK}:{self._ports.taken['nats']}"

    @property
    def admin_url(self) -> str:
        return self.database_url("postgres")

    def database_url(self, name: str) -> str:
        return f"postgresql://postgres:{self._password}@{LOOPBACK}:{self._ports.taken['postgres']}/{name}"

    async def kill(self, name: str) -> None:
        server = self._servers[name]
        await asyncio.to_thread(server.kill)
        self._coming_back[name] = self._supervisor.submit(server.start_again)

    async def back(self, name: str) -> None:
        await asyncio.wrap_future(self._coming_back[name])

    async def freeze(self, name: str) -> None:
        await asyncio.to_thread(self._servers[name].freeze)

    async def thaw(self, name: str) -> None:
        await asyncio.to_thread(self._servers[name].thaw)

    def direct_url(self, name: str) -> str:
        """The superuser's connection string to that database past Docker's proxy, which answers for who is gone."""
        return f"postgresql://postgres:{self._password}@{self._servers['postgres'].address}:{_POSTGRES_PORT}/{name}"

    async def cut_off(self, name: str) -> None:
        """Take its network away: connections stay open at the other end, and nobody is there."""
        await asyncio.to_thread(self._servers[name].disconnect)

    async def let_back(self, name: str) -> None:
        await asyncio.to_thread(self._servers[name].connect)

    async def restart(self, name: str) -> None:
        server = self._servers[name]
        await asyncio.to_thread(server.halt)
        await asyncio.to_thread(server.go_on)

    async def lose_streams(self) -> None:
        await asyncio.to_thread(self._servers["nats"].renew)

    @asynccontextmanager
    async def stopped(self, name: str) -> AsyncIterator[Path]:
        disk, server = self._disks[name], self._servers[name]
        await asyncio.to_thread(server.halt)
        try:
            yield disk
        finally:
            await asyncio.to_thread(server.go_on)

    def starts_again(self) -> Mapping[str, int]:
        return {name: server.restarts for name, server in self._servers.items()}

    def logs(self) -> Mapping[str, str]:
        return {name: server.log() for name, server in self._servers.items()}

    def _nats(self, authorization_conf: str) -> ContainerSpec:
        port, monitor = self._ports.take("nats"), self._ports.take("nats-monitor")
        config = nats.server_config(_EVERYWHERE, _NATS_PORT, _MONITOR_PORT, _STREAMS / "jetstream")
        return ContainerSpec(
            NATS_IMAGE,
            ("--config", _NATS_CONF),
            {_NATS_PORT: port, _MONITOR_PORT: monitor},
            {_NATS_CONF: config + authorization_conf},
            str(_STREAMS),
            lambda: answers_ok(monitor),
            host_disk=self._disks.get("nats"),
        )

    def _postgres(self) -> ContainerSpec:
        port = self._ports.take("postgres")
        return ContainerSpec(
            POSTGRES_IMAGE,
            # The image makes its first database through a socket, which the embedded server does without.
            ("postgres", "-c", f"config_file={_POSTGRES_CONF}", "-c", f"unix_socket_directories={_SOCKETS}"),
            {_POSTGRES_PORT: port},
            {_POSTGRES_CONF: postgres.server_config("*", _POSTGRES_PORT)},
            _DATABASES,
            self._database_answers,
            {"POSTGRES_PASSWORD": self._password, "POSTGRES_INITDB_ARGS": " ".join(postgres.INITDB)},
        )

    async def _database_answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.admin_url, timeout=5)
        except (asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError):
            return False
        await connection.close()
        return True
