"""`yanzhen clock`: letting months pass in a development stack."""

from typing import Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR

app = typer.Typer(help="The clock of a development stack: months pass at a word.")


@app.command(context_settings={"ignore_unknown_options": True})  # -2h is a duration, not an option
def shift(
    by: Annotated[str, typer.Argument(metavar="DURATION", help="Such as 91d, 36h, 10m, 90s; -2h goes back.")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Move the clock of every service; timers that have fallen due fire at once. Kept over restarts.

    Example: [bold]yanzhen clock shift 91d[/bold]
    """
    from services.cli.clock_shifting import shift_clock
    from services.cli.run import run

    run(shift_clock(data_dir, by))


@app.command()
def show(data_dir: DataDir = DEFAULT_DATA_DIR) -> None:
    """Show how far the clock has been moved.

    Example: [bold]yanzhen clock show[/bold]
    """
    from services.cli.clock_shifting import show_clock

    show_clock(data_dir)
