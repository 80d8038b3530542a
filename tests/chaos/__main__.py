"""`make chaos`: a run as long as one likes, with a table at the end and a report.

SEED, FAULTS and HOURS say which, how many, and for how long at the most.
"""

import argparse
import asyncio
import logging
import os
import random
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shared.embedded.data_dir import erase
from shared.observability.logging import configure_logging
from tests.chaos.faults import Fault
from tests.chaos.report import markdown, shown
from tests.chaos.run import Result, chaos
from tests.chaos.world import SMALL_MEGABYTES, Suffering
from tests.support.tests_on import choice
from tests.system.small_disk import small_disk
from tests.system.support import Watcher


def main() -> int:
    """Exit status 1 when something was wrong; its data is then kept, and named."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--storms", type=int, default=4, help="how many faults may strike together")
    parser.add_argument("--hours", type=float, default=float("inf"))
    parser.add_argument("--report", type=Path, default=Path(".cache/chaos"))
    args = parser.parse_args()
    out = Console()
    configure_logging("chaos", level="ERROR", console=True, stream=sys.stderr)
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)  # our own pools find the database away, as they should
    out.print(f"seed {args.seed}, {args.faults} faults, servers: {choice()}")
    directory = Path(tempfile.mkdtemp(prefix="yanzhen-chaos-"))
    os.chmod(directory, 0o711)  # PostgreSQL runs as another user when we are root
    with small_disk(SMALL_MEGABYTES) as disk:
        system = Suffering(directory, planned=max(150, 3 * args.faults), disk=disk, contained=choice().containers)
        try:
            out.print("starting and loading")
            system.start_suffering()
            result = asyncio.run(_run(system, args, out))
        finally:
            system.close()
    args.report.mkdir(parents=True, exist_ok=True)
    path = args.report / f"chaos-{args.seed}.md"
    path.write_text(markdown(result, str(choice())), encoding="utf-8")
    for line in shown(result):
        out.print(line)
    out.print(f"report: {path}")
    if result.violations:
        out.print(
            f"seed {args.seed} again: make chaos SEED={args.seed} FAULTS={args.faults}; its logs: {directory}/logs"
        )
        return 1
    erase(directory)
    return 0


async def _run(system: Suffering, args: argparse.Namespace, out: Console) -> Result:
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    async with Watcher(system.installation) as databases:
        with Progress(*columns, console=out) as progress:
            bar = progress.add_task("", total=args.faults)

            def told(done: int, fault: Fault | None, took: float) -> None:
                progress.update(bar, completed=done, description=f"{fault}: healed in {took:.1f} s")
                if not out.is_terminal:
                    out.print(f"{done}/{args.faults} {fault}: healed in {took:.1f} s", highlight=False)

            return await chaos(
                system,
                databases,
                seed=args.seed,
                faults=args.faults,
                storms=args.storms,
                seconds=args.hours * 3600,
                told=told,
            )


if __name__ == "__main__":
    sys.exit(main())
