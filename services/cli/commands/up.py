"""`yanzhen up`: the whole installation on this machine, until Ctrl-C."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR


def up(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    receipt_unit: Annotated[
        float, typer.Option(help="Seconds that the stand-ins take for a minute when they repeat a receipt.")
    ] = 1.0,
) -> None:
    """Start PostgreSQL, NATS, stand-ins for the mail and SMS providers, and the four services; stop them at Ctrl-C.

    Everything listens on this machine only. YANZHEN_DATABASE_URL and YANZHEN_NATS_URL replace the servers by yours.

    Example: [bold]yanzhen up --data-dir /srv/yanzhen[/bold]
    """
    import asyncio

    asyncio.run(_up(data_dir, receipt_unit))


async def _up(data_dir: Path, receipt_unit: float) -> None:
    import asyncio
    import signal

    from services.cli.addresses_table import show_addresses
    from services.cli.launcher import LocalInstallation
    from services.cli.output import console, progress
    from services.cli.quiet import only_warnings

    only_warnings()
    loop = asyncio.get_running_loop()
    starting = asyncio.current_task()
    assert starting is not None  # noqa: S101 - a coroutine that runs has a task
    ended = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, starting.cancel)  # while starting: give up, and leave nothing running
    try:
        with progress("starting") as tell:
            installation = LocalInstallation(data_dir, receipt_unit_seconds=receipt_unit, progress=tell)
            await installation.start()
    except asyncio.CancelledError:
        raise typer.Exit(130) from None
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, ended.set)
    try:
        show_addresses(console(), installation.addresses())
        await ended.wait()
        with progress("stopping"):
            await installation.stop()
    finally:
        await installation.stop()
