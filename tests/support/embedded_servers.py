"""The embedded stack as tests ill-treat it; its own supervisor starts again what they kill."""

import os
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from shared.embedded import orphans
from shared.embedded.children import Child
from shared.embedded.stack import EmbeddedStack
from tests.support.background import Background
from tests.support.servers import NAMES


class EmbeddedServers:
    """A stack that runs on that loop."""

    def __init__(self, stack: EmbeddedStack, background: Background) -> None:
        self._stack = stack
        self._background = background
        self._killed: Counter[str] = Counter()

    @property
    def nats_url(self) -> str:
        return self._stack.nats_url

    @property
    def admin_url(self) -> str:
        return self._stack.admin_url

    def database_url(self, name: str) -> str:
        return self._stack.database_url(name)

    async def kill(self, name: str) -> None:
        pid = self._child(name).pid
        assert pid is not None, f"{name} is not running"
        self._killed[name] += 1
        os.kill(pid, signal.SIGKILL)

    async def back(self, name: str) -> None:
        await self._background.there(self._child(name).wait_restarts(self._killed[name]))

    async def freeze(self, name: str) -> None:
        self._signal(name, signal.SIGSTOP)

    async def thaw(self, name: str) -> None:
        self._signal(name, signal.SIGCONT)

    async def restart(self, name: str) -> None:
        async with self.stopped(name):
            pass

    async def lose_streams(self) -> None:
        child = self._child("nats")
        await self._background.there(child.stop())
        shutil.rmtree(child.spec.cwd / "jetstream")
        await self._background.there(child.start())

    @asynccontextmanager
    async def stopped(self, name: str) -> AsyncIterator[Path]:
        child = self._child(name)
        await self._background.there(child.stop())
        try:
            yield child.spec.cwd
        finally:
            await self._background.there(child.start())

    def starts_again(self) -> Mapping[str, int]:
        return {name: child.restarts for name, child in self._children().items()}

    def logs(self) -> Mapping[str, str]:
        return {name: child.spec.log.read_text(errors="replace") for name, child in self._children().items()}

    def _signal(self, name: str, sign: signal.Signals) -> None:
        # All of them: PostgreSQL's backends would go on without their postmaster, and are in no process group of its.
        for pid in orphans.working_in(self._child(name).spec.cwd, name):
            os.kill(pid, sign)

    def _child(self, name: str) -> Child:
        return self._stack.children[name]

    def _children(self) -> dict[str, Child]:
        return {name: child for name, child in self._stack.children.items() if name in NAMES}


@contextmanager
def embedded(directory: Path, *, postgres: bool, authorization_conf: str) -> Iterator[EmbeddedServers]:
    """A stack of its own in that directory."""
    with Background() as background:
        stack = EmbeddedStack(directory, postgres=postgres, sinks=False, authorization_conf=authorization_conf)
        background.do(stack.start())
        try:
            yield EmbeddedServers(stack, background)
        finally:
            background.do(stack.stop())
