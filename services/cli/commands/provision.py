"""`yanzhen provision`: the broker as `infra/nats/` declares it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR

if TYPE_CHECKING:
    from shared.messaging.provisioning import Provisioned


def provision(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    check: Annotated[bool, typer.Option("--check", help="Change nothing, only report.")] = False,
    topology: Annotated[Path | None, typer.Option(help="Another declaration than infra/nats/streams.toml.")] = None,
) -> None:
    """Make the streams and durable consumers that are missing, repair what may be repaired, report the rest.

    Exit status 1 when the broker differs from its declaration at the end.

    Example: [bold]YANZHEN_NATS_URL=nats://broker:4222 YANZHEN_NATS_SEED_FILE=operator.nk yanzhen provision --check[/bold]
    """
    from services.cli.run import run

    done = run(_provision(data_dir, topology, check))
    _show(done)
    if done.drift:
        raise typer.Exit(1)


async def _provision(data_dir: Path, path: Path | None, check: bool) -> "Provisioned":
    from services.cli.installation import find
    from shared.messaging.provisioning import Provisioned
    from shared.messaging.topology import inspect, load
    from shared.messaging.topology import provision as bring_about

    declared = load(path)
    installation = find(data_dir)
    async with installation.broker() as client:
        if check:
            return Provisioned(drift=await inspect(client, declared))
        return await bring_about(client, declared)


def _show(done: "Provisioned") -> None:
    from services.cli.output import console, table

    out = console()
    if not (done.created or done.repaired or done.drift):
        out.print("The broker is as declared.")
        return
    shown = table("Streams and consumers", "what", "setting", "declared", "at the broker", "result")
    for name in done.created:
        shown.add_row(name, "", "", "", "made")
    for kind, differences in (("repaired", done.repaired), ("differs", done.drift)):
        for one in differences:
            shown.add_row(one.stream, one.setting, _plain(one.expected), _plain(one.actual), kind)
    out.print(shown)
    if done.drift:
        out.print(
            "What differs cannot be changed in place without losing messages: make it anew, or change infra/nats/."
        )


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
