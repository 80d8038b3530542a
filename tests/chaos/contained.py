"""The services in containers of the very images that go into production, on a network that can be taken from each."""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from testcontainers.core.labels import create_labels

from shared.embedded.children import Child, ChildSpec
from shared.embedded.ports import LOOPBACK
from tests.chaos.proxy import Proxy
from tests.containers.compose import SERVICES, build_images, image, run
from tests.support.container_servers import ContainerServers
from tests.support.servers import NAMES as SERVERS

_MEMORY = "512m"
"""All three roles in one container; docker-compose.yml gives 256 MB to each."""
_READY_SECONDS = 180.0
"""Six containers begin at once, on two cores that may have other work."""
_OURS = ("YANZHEN_", "OTEL_", "TZ")
_THE_CLIENTS = ("DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")


class Contained:
    """Each service is a `docker run` in the foreground, supervised as its process would be: a container that dies ends
    it, and is made anew. What a killed run leaves behind goes with the reaper of its servers.

    Needs a Linux engine on this machine: services reach the proxies at the gateway of their network.
    """

    def __init__(self, data_dir: Path, servers: Callable[[], ContainerServers]) -> None:
        self._data_dir = data_dir
        self._servers = servers
        self._network = data_dir.name
        self._housed: dict[str, str] = {}

    def open(self) -> str:
        build_images(*SERVICES)
        run("docker", "network", "create", *_labels(), self._network)
        gateway = "{{(index .IPAM.Config 0).Gateway}}"
        return run("docker", "network", "inspect", "-f", gateway, self._network).strip()

    def close(self) -> None:
        if self._housed:
            run("docker", "rm", "-f", *self._housed.values())
        run("docker", "network", "rm", self._network)

    def housed(self, name: str, spec: ChildSpec) -> ChildSpec:
        service, port = spec.name, spec.env["YANZHEN_HTTP_PORT"]
        self._housed[name] = container = f"{self._network}-{name}"
        # By name alone: a command line is no place for passwords. The clock's shift is that of the launch.
        told = (f"-e{key}" for key in (*spec.env, "YANZHEN_CLOCK_SHIFT") if key.startswith(_OURS))
        argv = (
            "docker", "run", "--rm", "--name", container, "--network", self._network, *_labels(),
            "--publish", f"{LOOPBACK}:{port}:{port}",
            "--mount", f"type=bind,src={self._data_dir},dst={self._data_dir},readonly",
            # As docker-compose.yml has it, but for the user: the keys in the data directory are ours.
            "--user", f"{os.getuid()}:{os.getgid()}", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL",
            "--security-opt", "no-new-privileges", "--memory", _MEMORY, "--pids-limit", "100", "--no-healthcheck",
            *told, image(service),
        )  # fmt: skip
        environment = spec.env
        assert isinstance(environment, dict)  # kept as it is: whoever made it goes on writing into it
        environment |= {key: os.environ[key] for key in _THE_CLIENTS if key in os.environ}
        return replace(spec, name=container, argv=argv, ready_seconds=_READY_SECONDS)

    async def kill(self, child: Child) -> None:
        await _docker("kill", "--signal", "KILL", child.spec.name)

    async def freeze(self, child: Child) -> None:
        await _docker("pause", child.spec.name)

    async def thaw(self, child: Child) -> None:
        await _docker("unpause", child.spec.name)

    async def cut_off(self, name: str, links: Sequence[Proxy]) -> None:
        if name in SERVERS:
            await self._servers().cut_off(name)
        else:
            await _docker("network", "disconnect", self._network, self._housed[name])

    async def let_back(self, name: str, links: Sequence[Proxy]) -> None:
        if name in SERVERS:
            await self._servers().let_back(name)
        else:
            await _docker("network", "connect", self._network, self._housed[name])


def _labels() -> list[str]:
    return [part for key, value in create_labels("", None).items() for part in ("--label", f"{key}={value}")]


async def _docker(*arguments: str) -> None:
    await asyncio.to_thread(run, "docker", *arguments)
