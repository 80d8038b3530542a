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

    def start(self, environment: Mapping[str, str] | None = None, seconds: float = 100) -> None:
        """`environment` is that of the services."""
        outside = {}
        if self.in_containers:
            self._containers = servers = ContainerServers(
                authorization_conf=self.installation.broker_identities(), disks=self._disks
            )
            servers.start()
            outside = {NATS_URL_VARIABLE: servers.nats_url, DATABASE_URL_VARIABLE: servers.admin_url}
        with _environment({**(environment or {}), **outside}):
            self.background.do(self.installation.start(), seconds)
        if not self._containers:
            self._embedded = EmbeddedServers(self.installation.stack, self.background)

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
