"""`yanzhen secrets`: what containers need to trust each other."""

from pathlib import Path
from typing import Annotated

import typer


def secrets(
    directory: Annotated[Path, typer.Argument(help="Where the rooms are: a directory per role is made in it.")],
    database: Annotated[str, typer.Option(help="Where the database server is, as host:port.")] = "postgres:5432",
    broker: Annotated[list[str] | None, typer.Option(help="A name or address of the broker; may be repeated.")] = None,
    outside: Annotated[list[str] | None, typer.Option(help="An outside system that may connect; repeatable.")] = None,
) -> None:
    """Make the passwords, keys, seeds and certificates that are missing, one directory per role.

    What exists is kept; a certificate of the broker that is about to run out is renewed. Keep a copy of `operator/secrets`:
    without its `kek.key` no name in the databases can be read again.

    Example: [bold]yanzhen secrets /srv/yanzhen/secrets --broker nats --broker 10.1.2.3[/bold]
    """
    from datetime import UTC, datetime

    from services.cli.output import console
    from services.cli.secret_rooms import SecretRooms
    from shared.messaging.topology import load
    from shared.security.broker import OUTSIDE_SYSTEMS

    rooms = SecretRooms(directory, database=database, broker_hosts=broker or ["nats", "localhost", "127.0.0.1"])
    made = rooms.fill(load(), datetime.now(UTC), outside or OUTSIDE_SYSTEMS)
    console().print(f"The secrets are complete: {', '.join(made)}.")
