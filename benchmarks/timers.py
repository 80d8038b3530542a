"""How late timers fire while a million others are open. Those that are due belong to transfers nobody has heard of: what is
measured is finding, claiming and committing them, a hundred a second.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.report import Target, percentile, show
from benchmarks.rig import create_databases, disk_floor, disk_line, embedded_stack, engine_of
from services.mobility.model import MODEL
from shared.eventstore.context import Cause
from shared.eventstore.migrate import migrate
from shared.eventstore.postgres.store import PostgresStore
from shared.eventstore.unit_of_work import UnitOfWork
from shared.messaging.wakeup import Wakeup
from shared.processes.timers import TimerRunner
from tests.support.kernel import Kernel, assemble

TIMERS = 1_000_000
DUE = 1000
"""Timers that fall due while we look, a hundred a second."""


async def lag(mobility: Kernel, engine: AsyncEngine) -> list[float]:
    """Milliseconds from due to fired, with a million others open."""
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO timers (stream_id, stream_type, name, due_at, correlation_id)"
                " SELECT 'transfer-x' || n, 'transfer', 'turn-overdue', now() + interval '30 days' + n * interval '1 s', 'b'"
                " FROM generate_series(1, :timers) AS n"
            ),
            {"timers": TIMERS},
        )
        await connection.execute(text("ANALYZE timers"))
    start = datetime.now(UTC) + timedelta(seconds=2)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO timers (stream_id, stream_type, name, due_at, correlation_id)"
                " SELECT 'transfer-y' || n, 'transfer', 'turn-overdue', CAST(:start AS timestamptz) + n * interval '10 ms', 'b'"
                " FROM generate_series(1, :timers) AS n"
            ),
            {"timers": DUE, "start": start},
        )
    late: list[float] = []
    executor = mobility.executor
    runner = TimerRunner(executor, Wakeup())
    original = executor.run

    async def noted(job: Any, cause: Cause) -> Any:
        units: list[UnitOfWork] = []

        async def watched(unit: UnitOfWork) -> Any:
            units.append(unit)
            return await job(unit)

        result = await original(watched, cause)
        now = datetime.now(UTC)
        late.extend((now - timer.due_at).total_seconds() * 1000 for unit in units[-1:] for timer in unit.work.fired)
        return result

    executor.run = noted  # type: ignore[method-assign]
    task = asyncio.create_task(runner.run())
    try:
        async with asyncio.timeout(60):
            while len(late) < DUE:
                await asyncio.sleep(0.05)
    finally:
        task.cancel()
        executor.run = original  # type: ignore[method-assign]
    return late


async def main() -> None:
    async with embedded_stack() as stack:
        floors = [disk_floor()]
        await create_databases(stack, ("mobility",))
        engine = engine_of(stack.database_url("mobility"))
        await migrate(engine, MODEL)
        late = await lag(assemble(MODEL, PostgresStore(engine, MODEL.views)), engine)
        await engine.dispose()
        floors.append(disk_floor())
    figures = {"p50 ms": percentile(late, 50), "p99 ms": percentile(late, 99), "longest ms": max(late)}
    target = Target("timers: lag with a million open", max(late), 1000, at_most=True, unit="ms")
    show(f"timers: from due to fired, with {TIMERS:,} others open", figures, [target], disk_line(floors))


if __name__ == "__main__":
    asyncio.run(main())
