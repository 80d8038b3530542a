"""`make simulate SEEDS=…`: live through seeds, and show what went wrong in the first one that fails."""

import argparse
import os
import re
import sys
import time
from collections.abc import Iterator

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from tests.simulation.county import founded
from tests.simulation.faults import FAULTS
from tests.simulation.plan import SCALES, described
from tests.simulation.run import Outcome, live
from tests.simulation.seeds import Lived, lived, parse
from tests.simulation.shrinking import shrunk
from tests.simulation.store import QUIET
from tests.simulation.tally import MET, Tally

LINES = 70
"""Of a timeline, the last ones; `--all` shows every one."""

_NAME = re.compile(r"[\w-]*\d[\w-]{5,}")
"""An id in a sentence. A timeline shows the end of most."""


def main() -> int:
    """Returns 1 when a guarantee was broken, 2 for an argument that means nothing."""
    arguments = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 150)
    try:
        seeds = parse(arguments.seeds)
    except ValueError as error:
        console.print(f"[red]SEEDS={arguments.seeds}:[/] {error}")
        return 2
    founded(SCALES[arguments.scale].county)  # before the processes are forked: each has it then
    processes = min(arguments.processes, len(seeds))
    failed = _live(console, seeds, arguments.scale, processes)
    if failed is None:
        return 0
    _explain(console, failed, arguments)
    return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("seeds", nargs="?", default="40", help="how many, or which: 100, 7-500, 3,8,20-30")
    parser.add_argument("--scale", choices=SCALES, default="short", help="short: three weeks each; year: a district")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--all", action="store_true", help="the whole timeline of a failure")
    parser.add_argument("--as-it-is", action="store_true", help="do not look for a shorter plan that fails")
    return parser.parse_args()


def _live(console: Console, seeds: list[int], scale: str, processes: int) -> Lived | None:
    began = time.monotonic()
    days = accepted = commits = busy = 0.0
    met: list[Tally] = []
    columns = (TextColumn("{task.description}"), BarColumn(40), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("living", total=len(seeds))
        for done in lived(seeds, scale, processes):
            days, accepted, commits = days + done.days, accepted + done.accepted, commits + done.commits
            busy += done.seconds
            met.append(done.met)
            rate = days / (time.monotonic() - began) * 60
            progress.update(task, advance=1, description=f"{rate:,.0f} days a minute")
            if done.violation is not None:
                return done
    seconds = time.monotonic() - began
    console.print(_faults(met))
    console.print(
        f"[green]{len(seeds):,} seeds, no guarantee broken.[/]  {days:,.0f} simulated days in {seconds:,.1f} s "
        f"({days / seconds * 60:,.0f} a minute on {processes} cores, {days / busy * 60:,.0f} a minute of one core), "
        f"{accepted:,.0f} relocations, {commits:,.0f} commits."
    )
    return None


def _faults(met: list[Tally]) -> Table:
    table = Table(title=f"What went wrong in {len(met):,} seeds", title_justify="left")
    table.add_column("fault")
    table.add_column("times", justify="right")
    table.add_column("seeds", justify="right")
    table.add_column("meaning")
    for name, meaning in MET.items():
        times, seeds = sum(one[name] for one in met), sum(one[name] > 0 for one in met)
        table.add_row(name, f"{times:,}", f"{seeds:,}", meaning, style="" if times else "yellow")
    return table


def _explain(console: Console, failed: Lived, arguments: argparse.Namespace) -> None:
    scale = SCALES[arguments.scale]
    outcome = live(failed.seed, scale, keep=1_000_000)
    if outcome.history.digest != failed.digest:
        console.print("[red]The same seed was lived differently this time: something does not come from the seed.[/]")
    whole = len(outcome.steps)
    if not arguments.as_it_is:
        with console.status("looking for a shorter plan") as status:
            outcome = shrunk(outcome, scale, lambda said: status.update(f"a shorter plan: {said}"))
        outcome = live(failed.seed, scale, outcome.steps, keep=1_000_000)
    console.print(Panel(Text(str(outcome.violation)), title=f"seed {failed.seed}", border_style="red"))
    console.print(_plan(outcome, whole))
    console.print(Text("\n".join(_timeline(outcome, None if arguments.all else LINES))), soft_wrap=True)
    console.print(
        f"\nAgain: [bold]make simulate SEEDS={failed.seed}-{failed.seed}[/]   How to read it: docs/simulation.md"
    )


def _plan(outcome: Outcome, whole: int) -> Table:
    table = Table(title=f"What has to happen for it ({len(outcome.steps)} of {whole} steps)", title_justify="left")
    table.add_column("when")
    table.add_column("what")
    table.add_column("meaning")
    for step in outcome.steps:
        meaning = described(step.kind)
        table.add_row(str(step).rsplit(" ", 1)[0], step.kind, meaning, style="yellow" if step.kind in FAULTS else "")
    return table


def _timeline(outcome: Outcome, most: int | None) -> Iterator[str]:
    violation = outcome.violation
    entries = [entry for entry in outcome.history if entry.what != QUIET or most is None]
    shown = entries if most is None else entries[-most:]
    if len(shown) < len(entries):
        yield f"… {len(entries) - len(shown)} lines before (ARGS=--all shows them)"
    about = {name[-6:] for name in _NAME.findall(str(violation))}
    for entry in shown:
        yield f"{'>' if any(name in entry.what for name in about) else ' '} {entry}"


if __name__ == "__main__":
    sys.exit(main())
