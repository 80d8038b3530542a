"""`yanzhen dlq`: dead letters, the messages that a service could not handle."""

from typing import Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR

app = typer.Typer(help="Dead letters: messages that a service could not handle, and what waits behind them.")

Service = Annotated[str, typer.Argument(help="The service that holds the dead letter.")]
Number = Annotated[int, typer.Argument(help="Its number, as `yanzhen dlq list` shows it.")]


@app.command("list")
def list_(
    service: Annotated[str | None, typer.Argument(help="One service; all if left out.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """List dead letters, oldest first.

    Example: [bold]yanzhen dlq list mobility[/bold]
    """
    from services.cli.dead_letters import list_letters
    from services.cli.run import run

    run(list_letters(data_dir, service, everything))


@app.command()
def show(service: Service, number: Number, data_dir: DataDir = DEFAULT_DATA_DIR) -> None:
    """Show one: why it died, its headers, and how many messages of its key wait. Never its body: it may be personal.

    Example: [bold]yanzhen dlq show mobility 17[/bold]
    """
    from services.cli.dead_letters import show_letter
    from services.cli.run import run

    run(show_letter(data_dir, service, number))


@app.command()
def replay(service: Service, number: Number, data_dir: DataDir = DEFAULT_DATA_DIR) -> None:
    """Have the service handle it again, and then what waits behind it, in order. Remove the cause first.

    Exit status 1 when it fails again.

    Example: [bold]yanzhen dlq replay mobility 17[/bold]
    """
    from services.cli.dead_letters import settle
    from services.cli.run import run

    run(settle(data_dir, service, number, "replay"))


@app.command()
def discard(
    service: Service,
    number: Number,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Give it up for good: its effects never happen here. What waits behind it is handled next.

    Example: [bold]yanzhen dlq discard mobility 17 --yes[/bold]
    """
    from services.cli.dead_letters import settle
    from services.cli.run import run

    if not yes:
        typer.confirm(f"Dead letter {number} of {service} will never take effect. Discard it?", abort=True)
    run(settle(data_dir, service, number, "discard"))
