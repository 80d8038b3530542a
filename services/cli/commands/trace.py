"""`yanzhen trace`: the whole journey of a relocation."""

from typing import Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR


def trace(
    story: Annotated[str, typer.Argument(metavar="ID", help="A transfer, a relocation, or any correlation id.")],
    everything: Annotated[bool, typer.Option("--all", help="Every step of every message in the tree too.")] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Show what happened to a relocation in every service, what caused what, and who was reached on which channel.

    Identifiers only: nobody's name, number or address is read.

    Example: [bold]yanzhen trace 0193a0f0-7c1e-7000-8000-5b2f6d1c9e44[/bold]
    """
    from services.cli.run import run
    from services.cli.tracing import show_journey

    run(show_journey(data_dir, story, everything=everything))
