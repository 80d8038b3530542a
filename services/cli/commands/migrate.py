"""`yanzhen migrate`: the tables and read models of services, made and changed by the databases' owners."""

from typing import Annotated

import typer


def migrate(
    services: Annotated[list[str], typer.Argument(help="registry, mobility, assessment, notify, or module:attribute.")],
) -> None:
    """Bring databases up to date, before the services start: they may not change their own tables.

    The owner's address comes from the environment, per service: YANZHEN_REGISTRY_MIGRATE_URL and so on. The broker
    (YANZHEN_NATS_URL, YANZHEN_NATS_SEED_FILE, the operator's) is asked only for read models that are built anew.

    Example: [bold]YANZHEN_MOBILITY_MIGRATE_URL=postgresql://… yanzhen migrate mobility[/bold]
    """
    from services.cli.migrating import migrate_services
    from services.cli.run import run

    run(migrate_services(services))
