"""One server in a container that may be killed, frozen and made anew without changing its address."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from docker.models.networks import Network
from docker.types import Mount
from testcontainers.core.container import DockerContainer

from shared.embedded.ports import LOOPBACK

_READY_SECONDS = 60.0
_POLL_SECONDS = 0.05
_MAKING = threading.Lock()
"""testcontainers makes its reaper at the first start: two at the same time would make two of the same name."""


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """`ports` maps the container's to ours, `files` paths to contents, `disk` is where what must last is kept: in
    a volume, or in `host_disk`.
    """

    image: str
    command: Sequence[str]
    ports: Mapping[int, int]
    files: Mapping[str, str]
    disk: str
    ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    host_disk: Path | None = None


class ServerContainer:
    """Every call blocks until Docker has done it, starts until the server answers too."""

    def __init__(self, spec: ContainerSpec) -> None:
        self._spec = spec
        self._container = self._made()
        self._said_before = ""
        self.restarts = 0

    def start(self) -> None:
        """Raises `TimeoutError` with the server's last words when it does not come up."""
        with _MAKING:
            self._container.start()
        self._until_ready()

    def stop(self) -> None:
        """The container, its disk, and what it said are gone."""
        self._container.stop()

    def kill(self) -> None:
        """kill -9, and return when it is dead."""
        container = self._container.get_wrapped_container()
        container.kill("SIGKILL")
        container.wait()

    def start_again(self) -> None:
        """The dead one, on its old disk."""
        self._container.get_wrapped_container().start()
        self._until_ready()
        self.restarts += 1

    def halt(self) -> None:
        """Stopped in order; the container is kept."""
        self._container.get_wrapped_container().stop(timeout=20)

    def go_on(self) -> None:
        """What was halted."""
        self._container.get_wrapped_container().start()
        self._until_ready()

    def freeze(self) -> None:
        self._container.get_wrapped_container().pause()

    def thaw(self) -> None:
        self._container.get_wrapped_container().unpause()

    def disconnect(self) -> None:
        """No network, no published port; whoever is in the container goes on."""
        self._network.disconnect(self._container.get_wrapped_container())

    def connect(self) -> None:
        """Its network and its ports, as before; returns once it answers through them."""
        self._network.connect(self._container.get_wrapped_container())
        self._until_ready()

    @property
    def address(self) -> str:
        """Where the container itself is, past the published ports."""
        self._container.get_wrapped_container().reload()
        return str(self._container.get_wrapped_container().attrs["NetworkSettings"]["Networks"]["bridge"]["IPAddress"])

    @property
    def _network(self) -> Network:
        client = self._container.get_docker_client().client
        return client.networks.get("bridge")

    def renew(self) -> None:
        """Another one in its place, on an empty disk."""
        self._said_before = self.log()
        self._container.stop()
        self._container = self._made()
        self.start()

    def log(self) -> str:
        """What it has said since the first start."""
        said: bytes = self._container.get_wrapped_container().logs()
        return self._said_before + said.decode(errors="replace")

    def _made(self) -> DockerContainer:
        spec = self._spec
        # An anonymous volume, as in production a named one: it goes with the container, at the latest when the reaper
        # finds this process gone.
        disk = Mount(
            target=spec.disk,
            source=str(spec.host_disk) if spec.host_disk else None,
            type="bind" if spec.host_disk else "volume",
        )
        made = DockerContainer(spec.image).with_command(list(spec.command)).with_kwargs(mounts=[disk])
        for inside, outside in spec.ports.items():
            # The same port after every start, which Docker's own choice is not; and nobody else's business.
            made.ports[f"{inside}/tcp"] = (LOOPBACK, outside)  # type: ignore[assignment]
        for path, text in spec.files.items():
            made.with_copy_into_container(text.encode(), path)
        return made.with_envs(**spec.environment)

    def _until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not asyncio.run(self._answers()):
            self._container.reload()
            if self._container.status != "running" or time.monotonic() > deadline:
                raise TimeoutError(
                    f"{self._spec.image} is {self._container.status} and does not answer on {LOOPBACK},"
                    f" {list(self._spec.ports.values())}; its last words: {self.log()[-2000:]}"
                )
            time.sleep(_POLL_SECONDS)

    async def _answers(self) -> bool:
        # Docker's proxy accepts before the server listens: a connection that ends at once is "not yet" as well.
        with suppress(OSError, EOFError):
            return await self._spec.ready()
        return False
