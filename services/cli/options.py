"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.stack_names import DATA_DIR_VARIABLE

DataDir = Annotated[
    Path,
    typer.Option(
        "--data-dir", envvar=DATA_DIR_VARIABLE, help="Where the installation keeps everything.", show_default=True
    ),
]
