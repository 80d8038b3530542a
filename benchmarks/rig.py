"""What every benchmark stands on: the embedded servers in a directory of their own, floors, and the price in CPU time."""

import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import asyncpg
from nats.aio.client import Client
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from benchmarks.report import percentile
from shared.embedded.stack import EmbeddedStack
from shared.observability.logging import configure_logging

BLOCK = 8192
_TICK = os.sysconf("SC_CLK_TCK")


def quiet() -> None:
    """Warnings and worse, on standard error: what is measured must not be buried in what is logged."""
    configure_logging("bench", level="WARNING", stream=sys.stderr)


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory on the disk of the temporary files; PostgreSQL, another user when we are root, may pass through it."""
    with tempfile.TemporaryDirectory(prefix="yanzhen-bench-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o711)
        yield Path(directory)


@asynccontextmanager
async def embedded_stack() -> AsyncIterator[EmbeddedStack]:
    """NATS and PostgreSQL with fsync on, in a fresh directory on the disk of the temporary files."""
    quiet()
    with scratch() as directory:
        async with EmbeddedStack(directory, sinks=False) as stack:
            yield stack


async def create_databases(stack: EmbeddedStack, names: Iterable[str]) -> None:
    """Empty databases."""
    admin = await asyncpg.connect(stack.admin_url)
    try:
        for name in names:
            await admin.execute(f"CREATE DATABASE {name}")
    finally:
        await admin.close()


def engine_of(url: str, pool_size: int = 8) -> AsyncEngine:
    """An engine as the services have it."""
    settings = {"jit": "off"}
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://"),
        pool_size=pool_size,
        connect_args={"server_settings": settings},
    )


async def nats_client(url: str) -> Client:
    """A connection whose trouble is the caller's alone: without a callback nats-py logs a stack trace per attempt."""

    async def ignore(_: Exception) -> None:
        return

    client = Client()
    await client.connect(url, error_cb=ignore)
    return client


# -- floors ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Disk:
    """How fast the disk says that something is safe: one writer, one 8 KiB block after the other."""

    per_second: float
    p50_ms: float
    p95_ms: float


def disk_floor(syncs: int = 300) -> Disk:
    """fdatasync of a written block, over and over, on the disk that the servers use."""
    taken: list[float] = []
    with tempfile.NamedTemporaryFile(prefix="yanzhen-bench-") as file:
        os.pwrite(file.fileno(), b"\0" * BLOCK * syncs, 0)
        os.fsync(file.fileno())
        began = time.perf_counter()
        for number in range(syncs):
            at = time.perf_counter()
            os.pwrite(file.fileno(), b"\1" * BLOCK, number * BLOCK)
            os.fdatasync(file.fileno())
            taken.append((time.perf_counter() - at) * 1000)
        seconds = time.perf_counter() - began
    return Disk(syncs / seconds, percentile(taken, 50), percentile(taken, 95))


def disk_line(disks: Sequence[Disk]) -> str:
    """The floors of a run in words."""
    return (
        f"  disk in this run: {median(d.per_second for d in disks):,.0f} fdatasync/s,"
        f" p50 {median(d.p50_ms for d in disks):.2f} ms, p95 {median(d.p95_ms for d in disks):.2f} ms"
        f" (slowest p95 {max(d.p95_ms for d in disks):.2f} ms)"
    )


# -- processes ---------------------------------------------------------------------------------------------------------


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK


def family(pid: int) -> list[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


class CpuMeter:
    """CPU seconds of named processes (each with all below it) since the meter was made."""

    def __init__(self, pids: dict[str, int], *, alone: Iterable[str] = ()) -> None:
        """`alone` are counted without the processes below them."""
        self._pids = pids
        self._alone = set(alone)
        self._before = self._read()

    def _read(self) -> dict[str, dict[int, float]]:
        return {
            name: {one: cpu_seconds(one) for one in ([pid] if name in self._alone else family(pid))}
            for name, pid in self._pids.items()
        }

    def spent(self) -> dict[str, float]:
        """Seconds per name. A process that came since counts whole; one that went is not counted."""
        return {
            name: sum(seconds - self._before[name].get(one, 0.0) for one, seconds in now.items())
            for name, now in self._read().items()
        }
