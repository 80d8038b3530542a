"""`yanzhen demo`: a county moves, on real servers, and every interested party has it, with proof."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.stack_names import DEFAULT_DATA_DIR


def demo(
    relocations: Annotated[int, typer.Option(min=1, max=2000, help="How many members move.")] = 300,
    scale: Annotated[float, typer.Option(min=0.05, max=2, help="Size of the city; 1 is 11,270 people.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same county and the same moves.")] = 20261122,
    data_dir: Annotated[Path, typer.Option(help="Where its data lives; made anew each time.")] = DEFAULT_DATA_DIR
    / "demo",
    stay: Annotated[
        bool, typer.Option("--stay", help="Keep running afterwards, to look around, until Ctrl-C.")
    ] = False,
) -> None:
    """Load a generated county, relocate its members, and check that nobody was missed and nobody told twice.

    Some transfers are rejected, one goes to the wrong committee first, some letters expire (the clock of the
    development stack is moved by 91 days). Exit status 1 if anything is missing or doubled.

    Example: [bold]yanzhen demo --relocations 50 --scale 0.1[/bold]
    """
    import asyncio

    from services.cli.demo.run import run

    if not asyncio.run(run(relocations, scale, seed, data_dir, stay=stay)):
        raise typer.Exit(1)
