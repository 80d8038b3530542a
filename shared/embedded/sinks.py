"""The providers' stand-ins as child processes: a mail sink and an SMS gateway, each with an HTTP API and a page."""

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import shared
from shared.embedded import orphans
from shared.embedded.children import Child, ChildSpec
from shared.embedded.data_dir import DataDirectory
from shared.embedded.ports import LOOPBACK
from shared.embedded.probe import answers_ok
from shared.kernel.clock import Clock
from shared.security.client_credentials import ClientCredentials

_MODULE = "shared.embedded.simulator"


class Sink:
    """One stand-in: a Python process on loopback."""

    def __init__(self, child: Child, http_port: int, smtp_port: int | None = None) -> None:
        self.child = child
        self.http_port = http_port
        self.smtp_port = smtp_port

    @property
    def url(self) -> str:
        """Its HTTP API; the same address shows a page to people."""
        return f"http://{LOOPBACK}:{self.http_port}"

    async def start(self) -> None:
        """Run. Raises `Unavailable` when it does not come up."""
        await self.child.start()

    async def stop(self) -> None:
        """End it."""
        await self.child.stop()


@dataclass(frozen=True, slots=True)
class Reporting:
    """Where a stand-in posts delivery receipts, and who it says it is; the unit of their repetition in seconds."""

    url: str | None = None
    credentials: ClientCredentials | None = None
    unit_seconds: float = 1.0


def smtp_sink(directory: DataDirectory, port: int, http_port: int, reporting: Reporting, clock: Clock) -> Sink:
    """The mail sink; what it receives is appended to `sinks/mails.jsonl`."""
    arguments = ["--port", str(port), "--http-port", str(http_port), "--journal", "mails.jsonl"]
    child = _child(directory, "smtp-sink", "mail", arguments, http_port, reporting, clock)
    return Sink(child, http_port, port)


def sms_gateway(directory: DataDirectory, port: int, reporting: Reporting, clock: Clock) -> Sink:
    """The SMS gateway; templates and accepted messages are appended to `sinks/sms.jsonl`."""
    arguments = ["--port", str(port), "--journal", "sms.jsonl"]
    return Sink(_child(directory, "sms-gateway", "sms", arguments, port, reporting, clock), port)


async def stop_left_over(directory: DataDirectory, clock: Clock) -> None:
    """End sinks that a killed stack left behind."""
    pids = orphans.working_in(directory.path / "sinks", _MODULE)
    await orphans.stop(pids, ((signal.SIGTERM, 3.0), (signal.SIGKILL, 2.0)), clock)


def _child(
    directory: DataDirectory,
    name: str,
    stand_in: str,
    arguments: list[str],
    http_port: int,
    reporting: Reporting,
    clock: Clock,
) -> Child:
    home = directory.private("sinks")
    arguments = [*arguments, "--unit-seconds", str(reporting.unit_seconds)]
    if reporting.url is not None:
        arguments += ["--receipt-url", reporting.url]
    spec = ChildSpec(
        name=name,
        argv=(sys.executable, "-m", _MODULE, stand_in, *arguments),
        cwd=home,
        log=directory.log(name),
        # It works in its own directory, so it is told where our packages are; our environment may hold secrets.
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(Path(shared.__file__ or "").parents[1]),
            **(reporting.credentials.environment() if reporting.credentials else {}),
        },
        stop=((signal.SIGTERM, 3.0),),
    )

    async def ready(_pid: int) -> bool:
        return await answers_ok(http_port)

    return Child(spec, ready=ready, clock=clock)
