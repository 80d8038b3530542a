"""One installation for the whole directory: it takes longer to make than any test takes to run."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from shared.embedded.data_dir import erase
from tests.support.tests_on import TestsOn
from tests.system.observed import Observed, observed
from tests.system.small_disk import small_disk
from tests.system.support import System, Watcher


@pytest.fixture(scope="package")
def system(tests_on: TestsOn) -> Iterator[Observed]:
    directory = Path(tempfile.mkdtemp(prefix="yanzhen-system-"))
    os.chmod(directory, 0o711)  # PostgreSQL runs as another user when we are root
    try:
        with observed(directory, directory) as system:
            yield system
    finally:
        erase(directory)


@pytest.fixture
async def databases(system: System) -> AsyncIterator[Watcher]:
    async with Watcher(system.installation) as databases:
        yield databases


@pytest.fixture(scope="package")
def watched(tests_on: TestsOn) -> Iterator[Observed]:
    """Another installation, which is watched: its faults, and its clock, are nobody else's."""
    directory = Path(tempfile.mkdtemp(prefix="yanzhen-watched-"))
    os.chmod(directory, 0o711)
    brokers = directory / "nats-disk"
    brokers.mkdir()  # within reach also of a broker in a container: an alarm's fault is done to its files
    try:
        with small_disk() as disk, observed(directory, disk or directory, {"nats": brokers}) as system:
            yield system
    finally:
        erase(directory)
