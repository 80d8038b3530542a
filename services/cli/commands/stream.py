"""`yanzhen stream`: what services have published, as the broker holds it, and the way to make it whole again."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR

app = typer.Typer(help="Streams at the broker: read whole, and filled again from the databases.")


@app.command()
def check(
    service: Annotated[str | None, typer.Argument(help="Whose stream; all if left out.")] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Read every message of a stream and say which cannot be read. Exit status 1 when there is one.

    The broker's own account does not tell: a block that went bad on its disk counts as whole until somebody reads it.

    Example: [bold]yanzhen stream check mobility[/bold]
    """
    from services.cli.run import run
    from services.cli.streams import check_streams

    if not run(check_streams(data_dir, service)):
        raise typer.Exit(1)


@app.command()
def rebuild(
    service: Annotated[str, typer.Argument(help="Whose stream.")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Delete the stream of a service at the broker and let its relay fill it again from the database.

    Nothing is lost and no service has to be stopped: positions stay, and whoever follows waits for theirs to come back.
    Refused when the stream holds what the database does not.

    Example: [bold]yanzhen stream rebuild mobility[/bold]
    """
    from services.cli.run import run
    from services.cli.streams import rebuild_stream

    run(rebuild_stream(data_dir, service))


@app.command()
def realign(
    keep: Annotated[Path, typer.Option(help="A new directory for what only the streams know.")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """After PostgreSQL came back from a backup: keep what only the streams know, and make them anew.

    Relays fill them from the databases. Outside reports are read again; what is still known is passed over. Refused while
    a service is at work, and when the databases are not of one point in time.

    Example: [bold]yanzhen stream realign --keep /mnt/safe/after-the-backup[/bold]
    """
    from services.cli.realigning import realign as carry_out
    from services.cli.run import run

    run(carry_out(data_dir, keep))
