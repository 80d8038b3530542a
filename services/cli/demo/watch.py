"""Showing the propagation while it happens: bars on a terminal, a line every few seconds elsewhere."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from services.cli.demo.clerks import Tally
from services.cli.demo.databases import Databases

_REACHED = (
    "SELECT count(*) FILTER (WHERE state IN ('applied', 'delivered', 'acknowledged')), count(*) FROM propagation"
    " WHERE number IS NOT NULL"
)
_PROPAGATED = "SELECT count(*) FROM relocations WHERE propagated_at IS NOT NULL"


def bars() -> Progress:
    """Progress for a terminal; silent without one, where lines are printed instead."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<34}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr),
        disable=not sys.stderr.isatty(),
    )


class Lines:
    """The same for a log: a line when something has changed, at most one every two seconds."""

    def __init__(self) -> None:
        self._quiet = sys.stderr.isatty()
        self._last = 0.0

    def say(self, text: str, *, now: bool = False) -> None:
        if not self._quiet and (now or time.monotonic() - self._last > 2):
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()
            self._last = time.monotonic()


@asynccontextmanager
async def watching(databases: Databases, tally: Tally, planned: int) -> AsyncIterator[None]:
    """Show how far the relocations have got, until the block ends."""
    lines = Lines()
    with bars() as progress:
        asked = progress.add_task("transfers asked for", total=planned)
        rows = progress.add_task("parties informed, services applied", total=None)
        done = progress.add_task("relocations propagated", total=planned)

        async def show() -> None:
            while True:
                reached, wanted = (await databases.rows("mobility", _REACHED))[0]
                propagated = await databases.value("mobility", _PROPAGATED)
                progress.update(asked, completed=tally.requested)
                progress.update(rows, completed=reached, total=wanted or None)
                progress.update(done, completed=propagated, total=max(len(tally.accepted), 1))
                lines.say(
                    f"  asked {tally.requested}/{planned}, accepted {len(tally.accepted)}, proofs {reached}/{wanted},"
                    f" propagated {propagated}"
                )
                await asyncio.sleep(0.25)

        task = asyncio.create_task(show())
        try:
            yield
            await asyncio.sleep(0.3)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
