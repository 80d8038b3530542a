"""An installation of two sample services as `yanzhen up` starts them, and the command run against it as a user does."""

import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.cli.badges import Badges, department
from services.cli.catalogue import ServiceEntry
from shared.messaging.topology import PATH_VARIABLE, load
from tests.support.installed import Installed
from tests.support.tests_on import TestsOn

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


class Running(Installed):
    """The installation, and what one does with it."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir, services=SAMPLES, topology=load(STREAMS))

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
def running(tests_on: TestsOn) -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="yanzhen-cli-", ignore_cleanup_errors=True) as directory:
        os.chmod(directory, 0o711)
        running = Running(Path(directory) / "data")
        try:
            running.start()
            yield running
        finally:
            running.close()
