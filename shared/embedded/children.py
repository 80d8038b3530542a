"""A child process that is kept running until we say stop, and that never outlives us."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from shared.embedded.orphans import Escalation
from shared.embedded.parent_death import die_with_parent
from shared.kernel.clock import Clock, SystemClock, monotonic
from shared.kernel.errors import Unavailable

log = structlog.get_logger(__name__)

_POLL_SECONDS = 0.01
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 5.0
_STEADY_SECONDS = 30.0
"""A child that ran this long is taken as healthy: its next death starts the back-off from the beginning."""
_LOG_BYTES = 10_000_000
_TAIL_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to run and how to end it. `user` and `group` are numeric ids to become, or None to stay who we are."""

    name: str
    argv: tuple[str, ...]
    cwd: Path
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    user: int | None = None
    group: int | None = None
    stop: Escalation = ((signal.SIGTERM, 5.0),)
    parent_death_signal: signal.Signals = signal.SIGTERM
    ready_seconds: float = 30.0


class Child:
    """One supervised process.

    `prepare` runs before every launch, the first and each restart. `ready` is polled until it answers true; what it
    raises counts as "not yet" only for connection errors. A child that dies unasked is launched again with the same
    command line, hence on the same ports, after a pause that doubles from 50 ms to 5 s.
    """

    def __init__(
        self,
        spec: ChildSpec,
        *,
        ready: Callable[[int], Awaitable[bool]],
        prepare: Callable[[], Awaitable[None]] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.spec = spec
        self.restarts = 0
        self._ready = ready
        self._prepare = prepare
        self._clock = clock or SystemClock()
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[Child], None]] = []
        self._restarted = asyncio.Condition()
        self._was_ready = False

    @property
    def pid(self) -> int | None:
        """The process now running, or None while there is none."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    def on_restart(self, listener: Callable[["Child"], None]) -> None:
        """Call that function whenever the child was started again and is ready: after its death, or after `stop`."""
        self._listeners.append(listener)

    async def wait_restarts(self, count: int) -> None:
        """Return once the child has been restarted that often since `start`."""
        async with self._restarted:
            await self._restarted.wait_for(lambda: self.restarts >= count)

    async def start(self) -> None:
        """Launch and wait until ready. Raises `Unavailable` (`child-not-ready`), leaving nothing running."""
        try:
            await self._launch()
        except BaseException:
            await self.stop()
            raise
        self._keeper = asyncio.create_task(self._keep(), name=f"keep-{self.spec.name}")
        if self._was_ready:
            self._tell()
        self._was_ready = True

    async def stop(self) -> None:
        """End the child: politely, then by the next signals, then by SIGKILL to its process group."""
        if self._keeper is not None:
            self._keeper.cancel()
            try:
                await asyncio.wait({self._keeper})
            finally:
                self._keeper = None
                await self._end()
        else:
            await self._end()

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        began = monotonic()
        while True:
            if self._process is not None:
                code = await self._process.wait()
                if monotonic() - began > _STEADY_SECONDS:
                    pause = _FIRST_PAUSE_SECONDS
                log.warning("child-died", child=self.spec.name, returncode=code, restart_in_seconds=pause)
            await self._clock.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            began = monotonic()
            try:
                await self._launch()
            except (Unavailable, OSError) as error:
                log.error("child-restart-failed", child=self.spec.name, error=str(error))
                await self._end()
                self._process = None
                continue
            self.restarts += 1
            log.info("child-restarted", child=self.spec.name, pid=self.pid, restarts=self.restarts)
            self._tell()
            async with self._restarted:
                self._restarted.notify_all()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener(self)

    async def _launch(self) -> None:
        if self._prepare is not None:
            await self._prepare()
        spec = self.spec
        _rotate(spec.log)
        with spec.log.open("ab") as output:  # the child owns the descriptor: our death never costs it a SIGPIPE
            self._process = await asyncio.create_subprocess_exec(
                *spec.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                cwd=spec.cwd,
                env=dict(spec.env),
                user=spec.user,
                group=spec.group,
                extra_groups=None if spec.user is None else [],
                start_new_session=True,  # Ctrl-C in the terminal reaches us alone; we then end the children in order
                preexec_fn=die_with_parent(spec.parent_death_signal),
            )
        await self._until_ready(self._process)
        log.debug("child-ready", child=spec.name, pid=self.pid)

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        deadline = monotonic() + self.spec.ready_seconds
        while monotonic() < deadline:
            if process.returncode is not None:
                raise self._failure(f"ended with code {process.returncode} before it was ready")
            with suppress(OSError, asyncio.IncompleteReadError):
                if await self._ready(process.pid):
                    return
            await self._clock.sleep(_POLL_SECONDS)
        raise self._failure(f"was not ready after {self.spec.ready_seconds:g} s")

    def _failure(self, what: str) -> Unavailable:
        return Unavailable(
            "child-not-ready",
            f"{self.spec.name} {what}; its last words: {_tail(self.spec.log)}",
            remedy="read its log, remove the cause and start again",
            where=str(self.spec.log),
        )

    async def _end(self) -> None:
        process = self._process
        if process is None:
            return
        try:
            for sign, seconds in self.spec.stop:
                if process.returncode is not None:
                    return
                with suppress(ProcessLookupError):
                    process.send_signal(sign)
                with suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), seconds)
                    return
            log.error("child-killed", child=self.spec.name, pid=process.pid)
        finally:  # also when we are cancelled again while waiting: whoever presses Ctrl-C twice wants out now
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()


def _rotate(path: Path) -> None:
    """Keep one older log. Done at launch only: a child holds its descriptor for life."""
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        return file.read().decode("utf-8", "replace").strip()
