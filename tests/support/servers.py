"""NATS and PostgreSQL as tests use and ill-treat them, in containers or embedded: one port, two adapters."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Final, Protocol

from tests.support.tests_on import choice

NAMES: Final = ("nats", "postgres")


class Servers(Protocol):
    """Their ports stay the same whatever is done to them. To be used from any event loop."""

    @property
    def nats_url(self) -> str:
        """Where NATS clients connect."""

    @property
    def admin_url(self) -> str:
        """The superuser's connection string to the maintenance database."""

    def database_url(self, name: str) -> str:
        """The superuser's connection string to that database."""

    async def kill(self, name: str) -> None:
        """kill -9. It is started again by somebody else, as in production; `back` waits for that."""

    async def back(self, name: str) -> None:
        """Return once it answers again after the last `kill`."""

    async def freeze(self, name: str) -> None:
        """Stop it in its tracks: connections stay open, nobody answers."""

    async def thaw(self, name: str) -> None:
        """Let it go on where it was."""

    async def restart(self, name: str) -> None:
        """Stopped in order, then started again; returns once it answers."""

    async def lose_streams(self) -> None:
        """The broker stops, its disk is gone, and it answers again on an empty one."""

    def stopped(self, name: str) -> AbstractAsyncContextManager[Path]:
        """Stopped in order inside the block, which gets its disk to do with as it likes; then it answers again.

        `LookupError` where its disk is out of our reach: a container's, unless `disks` gave it one of ours.
        """

    def starts_again(self) -> Mapping[str, int]:
        """How often each was started again, for whatever reason but `lose_streams`."""

    def logs(self) -> Mapping[str, str]:
        """What each has written so far."""


@contextmanager
def started(*, postgres: bool = True, authorization_conf: str = "") -> Iterator[Servers]:
    """NATS, and PostgreSQL unless it is not wanted, where this run has its servers. `authorization_conf` goes to NATS."""
    if choice().containers:
        from tests.support.container_servers import ContainerServers

        with ContainerServers(postgres=postgres, authorization_conf=authorization_conf) as containers:
            yield containers
    else:
        from tests.support.embedded_servers import embedded

        with tempfile.TemporaryDirectory(prefix="yanzhen-test-", ignore_cleanup_errors=True) as directory:
            os.chmod(directory, 0o711)  # PostgreSQL runs as another user when we are root
            with embedded(Path(directory), postgres=postgres, authorization_conf=authorization_conf) as servers:
                yield servers
