"""Importing a business list of 100,000 units, and 两个覆盖 of 10,000 units on any day.

`python -m benchmarks.imports [rows]`. The file is a CSV as a register exports it; the import is the one behind
`POST /lists` and `yanzhen import`, on PostgreSQL with fsync on. Rows per second of the clock depend on who else uses the
machine, so rows per CPU second (of this process and of the database's) are told as well. Memory is read while it runs.
"""

import asyncio
import csv
import os
import random
import resource
import sys
import time
import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import text

from benchmarks.report import Figure, Target, percentile, show
from benchmarks.rig import CpuMeter, create_databases, disk_floor, disk_line, embedded_stack, engine_of, scratch
from services.registry.application.coverage import coverage
from services.registry.application.imports.importing import Bringing, import_list
from services.registry.application.imports.judging import Asked
from services.registry.domain.formation.rules import CitedRules
from services.registry.model import MODEL
from shared.eventstore.context import Cause
from shared.eventstore.executor import Executor
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.kernel.identifiers import uscc
from shared.runtime.garbage import settle_garbage
from tests.support.kernel import assemble

ROWS = 100_000
COVERED = 10_000
DAYS = 200
CHANGES = 3
"""Lists that change facts of the units whose coverage is measured: each unit then has four rows of history."""
HEADINGS = (
    "统一社会信用代码",
    "企业名称",
    "行政区划代码",
    "从业人数",
    "登记状态",
    "行业代码",
    "企业性质",
    "正式党员数",
)


def write_list(path: Path, numbers: Iterable[int], seed: int) -> None:
    rng = random.Random(seed)
    with path.open("w", encoding="gb18030", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADINGS)
        for number in numbers:
            code = uscc.make("91", "430702", f"{number:09d}")
            out.writerow((code, f"常德市武陵区示例{number}商贸有限公司", "430702", rng.randrange(60), "存续",
                          rng.choice(("C13", "F51", "I65", "O80")), "私营", rng.choice((0, 0, 0, 1, 3))))  # fmt: skip


def bringing(path: Path, day: date) -> Bringing:
    asked = Asked(str(uuid.uuid4()), "market_regulation", day, "registered_place", "430702")
    return Bringing(asked, path, "bench", apply=True)


async def executor_on(url: str) -> tuple[Executor, PostgresStore]:
    engine = engine_of(url)
    await migrate(engine, MODEL)
    store = PostgresStore(engine, MODEL.views)
    return assemble(MODEL, store).executor, store


def resident() -> float:
    """MiB that this process has in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / (1 << 20)


async def watch(peaks: list[float]) -> None:
    """Note the memory again and again, until cancelled."""
    while True:
        peaks.append(resident())
        await asyncio.sleep(0.2)


async def timed(store: PostgresStore, executor: Executor, what: Bringing, pids: dict[str, int]) -> dict[str, float]:
    """Import a list: rows per second of the clock and of CPU, and MiB that came on top while it ran."""
    before, peaks, meter = resident(), [resident()], CpuMeter(pids, alone=["import"])
    watching = asyncio.create_task(watch(peaks))
    began = time.perf_counter()
    counts = await import_list(store.engine, executor, what, Cause("bench"))
    seconds = time.perf_counter() - began
    watching.cancel()
    spent = meter.spent()
    return {
        "rows": counts["rows"],
        "taken over": counts.get("new", 0) + counts.get("changed", 0) + counts.get("unchanged", 0),
        "rows/s": counts["rows"] / seconds,
        "rows per CPU second": counts["rows"] / sum(spent.values()),
        "CPU s of the import": spent["import"],
        "CPU s of the database": spent["database"],
        "MiB on top": max(peaks) - before,
    }


async def coverage_ms(store: PostgresStore) -> list[float]:
    """Milliseconds per answer, each for another day of the units' history."""
    rng = random.Random(3)
    taken = []
    for _ in range(DAYS):
        day = date(2026, 1, 1) + timedelta(days=rng.randrange(365))
        began = time.perf_counter()
        async with store.engine.connect() as connection:
            await coverage(connection, "430702", day, CitedRules())
        taken.append((time.perf_counter() - began) * 1000)
    return taken


async def main(rows: int) -> None:
    async with embedded_stack() as stack:
        await create_databases(stack, ["units", "covered"])
        pids = {"import": os.getpid(), "database": stack.pids["postgres"]}
        floor = disk_floor()
        with scratch() as directory:
            executor, store = await executor_on(stack.database_url("units"))
            half, whole = directory / "half.csv", directory / "whole.csv"
            settle_garbage()  # as the command and the service do
            write_list(half, range(rows // 2), 1)
            write_list(whole, range(rows // 2, rows + rows // 2), 1)
            first = await timed(store, executor, bringing(half, date(2026, 1, 1)), pids)
            figures = await timed(store, executor, bringing(whole, date(2026, 1, 1)), pids)
            again = await timed(store, executor, bringing(whole, date(2026, 1, 1)), pids)
            await store.engine.dispose()

            executor, store = await executor_on(stack.database_url("covered"))
            for number in range(CHANGES + 1):
                path = directory / f"{number}.csv"
                write_list(path, range(COVERED), number)
                await import_list(store.engine, executor, bringing(path, date(2026, 1 + 3 * number, 1)), Cause("bench"))
            async with store.engine.begin() as connection:
                await connection.execute(text("ANALYZE"))
            taken = await coverage_ms(store)
            await store.engine.dispose()
    told: dict[str, Figure] = dict(figures)
    told |= {f"{name}, of half as many": first[name] for name in ("rows/s", "MiB on top")}
    told |= {f"{name}, the same list again": again[name] for name in ("rows/s", "rows per CPU second")}
    told |= {"coverage p50 ms": median(taken), "coverage p95 ms": percentile(taken, 95)}
    show(
        f"import of {rows:,} units, coverage of {COVERED:,} units with {CHANGES + 1} rows of history each",
        told,
        [
            Target("import", figures["rows/s"], 5000, unit="rows/s"),
            Target("memory on top of half as many", figures["MiB on top"] - first["MiB on top"], 64, True, "MiB"),
            Target("coverage on any day, p95", percentile(taken, 95), 200, True, "ms"),
        ],
        disk_line([floor]),
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
