"""`yanzhen serve`: one service as a process, configured by its environment."""

from typing import Annotated

import typer


def serve(
    service: Annotated[str, typer.Argument(help="registry, mobility, assessment, notify, or module:attribute.")],
) -> None:
    """Run one service until SIGTERM.

    Its settings come from the environment (YANZHEN_DATABASE_URL, YANZHEN_NATS_URL, …); logs are JSON on standard output.

    Example: [bold]YANZHEN_DATABASE_URL=postgresql://… yanzhen serve mobility[/bold]
    """
    from shared.runtime.__main__ import run

    run(service)
