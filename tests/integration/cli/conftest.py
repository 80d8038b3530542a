"""An installation of two sample services as `yanzhen up` starts them, and the command run against it as a user does."""

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.cli.badges import Badges, department
from services.cli.catalogue import ServiceEntry
from services.cli.launcher import LocalInstallation
from shared.messaging.topology import PATH_VARIABLE, load

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
STREAMS = HERE / "streams.toml"
MODULE = "tests.integration.cli.sample_services"
SAMPLES = (ServiceEntry("sample", f"{MODULE}:SERVICE"), ServiceEntry("follower", f"{MODULE}:FOLLOWER"))


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


def yanzhen(*arguments: str, data_dir: Path | None = None, **environment: str) -> Said:
    """Run the command with its output piped, as a script would."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("YANZHEN_") and k != "COLUMNS"}
    if data_dir:
        kept["YANZHEN_DATA_DIR"] = str(data_dir)
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", *arguments],
        cwd=PROJECT, env={**kept, PATH_VARIABLE: str(STREAMS), **environment}, capture_output=True, text=True,
        timeout=40, check=False,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


class Running:
    """The installation, and its loop in a thread of its own: the supervisor lives on while tests wait."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.installation = LocalInstallation(data_dir, services=SAMPLES, topology=load(STREAMS))

    def do(self, work: Any) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(60)

    def close(self) -> None:
        self.do(self.installation.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def badge(self) -> dict[str, str]:
        return Badges(self.installation.issuer()).of(department("w"))

    def post(self, path: str) -> str:
        return self.http(path, "POST")

    def http(self, path: str, method: str = "GET", service: str = "sample") -> str:
        request = urllib.request.Request(f"{self.installation.url(service)}{path}", method=method, headers=self.badge)
        with urllib.request.urlopen(request, timeout=10) as answer:
            body: str = answer.read().decode()
        return body

    def say(self, *arguments: str) -> Said:
        return yanzhen(*arguments, data_dir=self.data_dir)


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="yanzhen-cli-", ignore_cleanup_errors=True) as directory:
        os.chmod(directory, 0o711)
        running = Running(Path(directory) / "data")
        running.do(running.installation.start())
        try:
            yield running
        finally:
            running.close()
