"""`yanzhen audit`: who looked at whose data, and who did something privileged."""

from typing import Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR

app = typer.Typer(help="The audit trails (审计留痕): who looked at whose data or did something privileged, and why.")

Service = Annotated[str | None, typer.Argument(help="One service; all if left out.")]


@app.command("list")
def list_(
    service: Service = None,
    person: Annotated[str | None, typer.Option(help="Only what concerns this person, by id.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only what this actor did, by id.")] = None,
    since: Annotated[str | None, typer.Option(help="Only from this day or time on.")] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """List what is on record. Ids and codes only: no record holds anybody's data.

    Example: [bold]yanzhen audit list --person 0193a0f0-7c1e-7000-8000-5b2f6d1c9e44 --since 2026-11-01[/bold]
    """
    from services.cli.audit_trails import list_records
    from services.cli.run import run

    run(list_records(data_dir, service, person, actor, since))


@app.command()
def verify(
    service: Service = None,
    offline: Annotated[bool, typer.Option("--offline", help="Without what was told on the bus.")] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Find records that were changed, taken out, put elsewhere or cut off the end, and name them.

    Exit status 1 when there is one.

    Example: [bold]yanzhen audit verify registry[/bold]
    """
    from services.cli.audit_trails import verify_trails
    from services.cli.run import run

    if not run(verify_trails(data_dir, service, offline=offline)):
        raise typer.Exit(1)
