"""What goes on beside the work survives whatever happens, and says it in our words."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from shared.embedded.ports import LOOPBACK, Ports
from shared.runtime.connect import make_engine
from shared.runtime.rounds import rounds


class Over(BaseException):
    """Ends the loop, as cancelling does."""


def after(count: int) -> Callable[[], Awaitable[None]]:
    left = iter(range(count - 1))

    async def pause() -> None:
        if next(left, None) is None:
            raise Over

    return pause


async def test_bug_905_a_database_that_is_away_is_told_once_and_in_our_words() -> None:
    """The log filled with the driver's own words, every few seconds."""
    ports = Ports()
    engine = make_engine(f"postgresql://nobody@{LOOPBACK}:{ports.take('nothing listens')}/nothing")
    ports.release()

    async def ask() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    with capture_logs() as logs, pytest.raises(Over):
        await rounds("counting", ask, after(4))
    await engine.dispose()

    assert [(one["event"], one["what"], one["log_level"]) for one in logs] == [("round.skipped", "counting", "warning")]
    assert logs[0]["reason"].startswith("database-unavailable: ")


async def test_a_fault_of_ours_is_told_each_time_with_its_trace_and_ends_nothing() -> None:
    async def broken() -> None:
        raise KeyError("a bug")

    with capture_logs() as logs, pytest.raises(Over):
        await rounds("counting", broken, after(3))

    assert [(one["event"], one.get("exc_info")) for one in logs] == [("round.failed", True)] * 3


async def test_who_is_cancelled_stops() -> None:
    async def for_ever() -> None:
        await asyncio.Event().wait()

    running = asyncio.create_task(rounds("waiting", for_ever, for_ever))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
