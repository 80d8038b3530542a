"""`yanzhen backup`: the databases at one moment, the keys apart."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR

Directory = Annotated[Path, typer.Argument(metavar="DIRECTORY", help="Where the backup is, or shall be.")]
Keys = Annotated[
    Path | None,
    typer.Option(
        help="Where the keys are, or shall be: keyring, key-encryption key, index key. Never beside the data."
    ),
]
By = Annotated[
    str | None, typer.Option("--by", help="Who acts, by id, in development; elsewhere YANZHEN_TOKEN says so.")
]


def backup(
    directory: Directory,
    keys: Keys = None,
    verify: Annotated[bool, typer.Option("--verify", help="Take none: see whether this one is whole.")] = False,
    by: By = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Save all databases of a running installation, as of one moment, while it works; or look at what was saved.

    Example: [bold]yanzhen backup /mnt/backups/today --keys /mnt/safe/today[/bold]
    """
    from services.cli.backups.taking import back_up, look_at
    from services.cli.run import run

    if verify:
        look_at(directory, keys)
    else:
        run(back_up(data_dir, directory, keys, by))
