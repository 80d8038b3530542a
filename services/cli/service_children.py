"""The services as supervised children: restarted when they die, gone when we are."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

from services.cli.catalogue import ServiceEntry
from shared.embedded import orphans
from shared.embedded.children import Child, ChildSpec
from shared.embedded.probe import answers_ok
from shared.kernel.clock import Clock

STOP = ((signal.SIGTERM, 15.0),)
"""Long enough for requests in flight to be answered (`shared.web.server.GRACE_SECONDS`)."""
READY_SECONDS = 60.0
_MARKER = "services.cli"


def service_child(
    service: ServiceEntry,
    home: Path,
    log: Path,
    port: int,
    environment: dict[str, str],
    clock_shift: Callable[[], float],
) -> Child:
    """A service's process. It counts as ready when `/readyz` is green: database, broker, relay, consumers, timers.

    `clock_shift` is read at every launch: a service that is restarted must not fall back to the machine's time when the
    others live months later.
    """

    async def prepare() -> None:
        environment["YANZHEN_CLOCK_SHIFT"] = str(clock_shift())

    async def ready(_pid: int) -> bool:
        return await answers_ok(port, "/readyz")

    home.parent.mkdir(mode=0o700, exist_ok=True)
    home.mkdir(mode=0o700, exist_ok=True)
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    spec = ChildSpec(
        name=service.name,
        argv=(sys.executable, "-m", _MARKER, "serve", service.argument),
        cwd=home,
        log=log,
        env=environment,
        stop=STOP,
        ready_seconds=READY_SECONDS,
    )
    return Child(spec, ready=ready, prepare=prepare)


async def stop_left_over(home: Path, clock: Clock) -> None:
    """End a process of that service which a killed run left behind; found by where it works."""
    await orphans.stop(orphans.working_in(home, _MARKER), (*STOP, (signal.SIGKILL, 2.0)), clock)
