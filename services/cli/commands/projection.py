"""`yanzhen projection`: read models, which can be made anew from the events at any time."""

from typing import Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR

app = typer.Typer(help="Read models: made anew from the events, beside the ones that serve.")


@app.callback()
def _group() -> None:
    """Keeps `rebuild` a command of its own while it is the only one."""


@app.command()
def rebuild(
    service: Annotated[str, typer.Argument(help="The service that the read model belongs to.")],
    name: Annotated[str | None, typer.Argument(help="One read model; all of the service if left out.")] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Rebuild read models while the old ones go on serving; report what differed.

    Rows that differ mean that the old table was wrong (or is being written faster than it can be compared).

    Example: [bold]yanzhen projection rebuild registry members[/bold]
    """
    from services.cli.rebuilding import rebuild_projections
    from services.cli.run import run

    run(rebuild_projections(data_dir, service, name))
