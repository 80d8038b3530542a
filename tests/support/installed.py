"""A local installation on servers of either kind: its own embedded ones, or containers that its environment names."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from services.cli.launcher import LocalInstallation
from shared.embedded.stack import DATABASE_URL_VARIABLE, NATS_URL_VARIABLE
from tests.support.background import Background
from tests.support.container_servers import ContainerServers
from tests.support.embedded_servers import EmbeddedServers
from tests.support.servers import Servers
from tests.support.tests_on import choice


class Installed:
    """Supervised by a loop in a thread of its own: it restarts what a test kills, whatever loop the test runs on.

    `how` goes to `LocalInstallation`. `disks` are directories of ours that servers in containers keep their data in;
    `embedded` insists on the embedded servers.
    """

    def __init__(
        self, data_dir: Path, *, disks: Mapping[str, Path] | None = None, embedded: bool = False, **how: Any
    ) -> None:
        self.data_dir = data_dir
        self._disks = disks
        self.in_containers = not embedded and choice().containers
        self.background = Background()
        self.installation = LocalInstallation(data_dir, **how)
        self._containers: ContainerServers | None = None
        self._embedded: EmbeddedServers | None = None

    @property
    def servers(self) -> Servers:
        """What the installation stands on."""
        servers = self._containers or self._embedded
        assert servers is not None, "not started"
        return servers

    def containers(self) -> ContainerServers:
        """The servers, where they are in containers."""
        assert self._containers is not None, "not started, or embedded"
        return self._containers

    def start(self, environment: Mapping[str, str] | None = None, seconds: float = 100) -> None:
        """`environment` is that of the services."""
        with _environment({**(environment or {}), **self.outside()}):
            self.background.do(self.installation.start(), seconds)
        if not self._containers:
            self._embedded = EmbeddedServers(self.installation.stack, self.background)

    def outside(self) -> dict[str, str]:
        """Where the containers are, started if they are wanted and do not run yet; nothing where the servers are embedded."""
        if not self.in_containers:
            return {}
        if self._containers is None:
            self._containers = ContainerServers(
                authorization_conf=self.installation.broker_identities(), disks=self._disks
            )
            self._containers.start()
        return {NATS_URL_VARIABLE: self._containers.nats_url, DATABASE_URL_VARIABLE: self._containers.admin_url}

    def close(self) -> None:
        try:
            self.background.do(self.installation.stop())
        finally:
            self.background.close()
            if self._containers:
                self._containers.stop()


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
