"""Where the services run, and so where faults are applied to them: processes of this machine, or containers (`contained`)."""

import os
import signal
from collections.abc import Sequence
from typing import Protocol

from shared.embedded.children import Child, ChildSpec
from shared.embedded.ports import LOOPBACK
from tests.chaos.proxy import FAIR, Proxy, Weather


class Place(Protocol):
    """What differs between the two. Everything else about a fault, its target and its size is the same."""

    def open(self) -> str:
        """Make it ready; returns the address under which this machine is reached from there."""

    def close(self) -> None:
        """Leave nothing behind."""

    def housed(self, name: str, spec: ChildSpec) -> ChildSpec:
        """How the process that was to run here is run there."""

    async def kill(self, child: Child) -> None:
        """kill -9 of a service. Its supervisor starts it again."""

    async def freeze(self, child: Child) -> None:
        """Stop it in its tracks."""

    async def thaw(self, child: Child) -> None:
        """Let it go on where it was."""

    async def cut_off(self, name: str, links: Sequence[Proxy]) -> None:
        """Take the network away from a service or a server, of which `links` are the connections."""

    async def let_back(self, name: str, links: Sequence[Proxy]) -> None:
        """Give it back."""


class ThisMachine:
    """Processes. They have no network of their own: who is cut off here is somebody whose every link is silent."""

    def open(self) -> str:
        return LOOPBACK

    def close(self) -> None:
        return

    def housed(self, name: str, spec: ChildSpec) -> ChildSpec:
        return spec

    async def kill(self, child: Child) -> None:
        _signal(child, signal.SIGKILL)

    async def freeze(self, child: Child) -> None:
        _signal(child, signal.SIGSTOP)

    async def thaw(self, child: Child) -> None:
        _signal(child, signal.SIGCONT)

    async def cut_off(self, name: str, links: Sequence[Proxy]) -> None:
        for link in links:
            await link.set(Weather(silent=True))

    async def let_back(self, name: str, links: Sequence[Proxy]) -> None:
        for link in links:
            await link.set(FAIR)


def _signal(child: Child, sign: signal.Signals) -> None:
    assert child.pid is not None, f"{child.spec.name} is not running"
    os.kill(child.pid, sign)
