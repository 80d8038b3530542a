"""`yanzhen restore`: an installation from its backup."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.commands.backup import By
from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR


def restore(
    directory: Annotated[Path, typer.Argument(metavar="DIRECTORY", help="The backup.")],
    keys: Annotated[Path, typer.Option(help="The directory with its keys, saved with it or later.")],
    erased: Annotated[
        Path | None, typer.Option(help="Who was erased since the keys were saved: one id a line; empty for nobody.")
    ] = None,
    streams_from_database: Annotated[
        bool,
        typer.Option("--streams-from-database", help="The broker holds old streams: delete them, to be filled again."),
    ] = False,
    by: By = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Restore a backup into empty servers, without starting a service; whoever was erased since is erased again.

    Example: [bold]yanzhen restore /mnt/backups/today --keys /mnt/safe/today --erased erased.txt --data-dir new[/bold]
    """
    from services.cli.backups.restoring import restore as carry_out
    from services.cli.run import run

    run(carry_out(data_dir, directory, keys, erased, by, streams_from_database=streams_from_database))
