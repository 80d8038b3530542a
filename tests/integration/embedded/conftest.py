import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.embedded.data_dir import erase
from shared.embedded.stack import DATABASE_URL_VARIABLE, NATS_URL_VARIABLE, EmbeddedStack
from tests.integration.embedded.helpers import Receiver


@pytest.fixture(autouse=True)
def no_outside_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NATS_URL_VARIABLE, raising=False)
    monkeypatch.delenv(DATABASE_URL_VARIABLE, raising=False)


@pytest.fixture
def base() -> Iterator[Path]:
    """A directory that others may pass: pytest's own is private, where the server's user could not follow root."""
    with _public_directory() as path:
        yield path


@pytest.fixture
def data_dir(base: Path) -> Iterator[Path]:
    """Where a stack may run that never ran before."""
    path = base / "stack"
    yield path
    erase(path)


@pytest.fixture
def used_dir(data_dir: Path, used_once: Path) -> Path:
    """Where a stack ran before: spares a test the creation of a database."""
    subprocess.run(["cp", "-a", used_once, data_dir], check=True)  # keeps the owners, unlike shutil
    return data_dir


@pytest.fixture(scope="session")
def used_once() -> Iterator[Path]:
    async def run_once(path: Path) -> None:
        async with EmbeddedStack(path, nats=False, sinks=False):
            pass

    with _public_directory() as base:
        asyncio.run(run_once(base / "stack"))
        yield base / "stack"


@contextmanager
def _public_directory() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="yz-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as server:
        yield server
