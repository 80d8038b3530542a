"""`yanzhen doctor`: is everything well, and if not, what to do."""

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR


def doctor(data_dir: DataDir = DEFAULT_DATA_DIR) -> None:
    """Examine everything: versions, disk, servers, services, positions, dead letters, timers, clocks.

    Each finding says what to do. Exit status 1 when something is wrong; warnings alone leave it 0.

    Example: [bold]yanzhen doctor[/bold]
    """
    from services.cli.examination import examine
    from services.cli.run import run

    if not run(examine(data_dir)):
        raise typer.Exit(1)
