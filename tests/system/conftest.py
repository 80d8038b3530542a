"""One installation for the whole directory: it takes longer to make than any test takes to run."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from shared.embedded.data_dir import erase
from tests.support.tests_on import TestsOn
from tests.system.support import System, Watcher


@pytest.fixture(scope="package")
def system(tests_on: TestsOn) -> Iterator[System]:
    directory = Path(tempfile.mkdtemp(prefix="yanzhen-system-"))
    os.chmod(directory, 0o711)  # PostgreSQL runs as another user when we are root
    system = System(directory)
    try:
        system.start_loaded()
        yield system
    finally:
        system.close()
        erase(directory)


@pytest.fixture
async def databases(system: System) -> AsyncIterator[Watcher]:
    async with Watcher(system.installation) as databases:
        yield databases
