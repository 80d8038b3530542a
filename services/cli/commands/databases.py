"""`yanzhen databases`: a database and a role per service, on a server of one's own."""

from typing import Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR


def databases(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    service: Annotated[list[str] | None, typer.Option(help="Only this service; may be repeated.")] = None,
) -> None:
    """Create the roles and databases of the services and of the keyring that are missing. Safe to repeat.

    YANZHEN_DATABASE_URL (or the file named by YANZHEN_DATABASE_URL_FILE) names a role that may create them. The passwords
    are those in the data directory.

    Example: [bold]yanzhen databases --data-dir /srv/yanzhen[/bold]
    """
    from services.cli.catalogue import NAMES, entry
    from services.cli.output import console
    from services.cli.run import run
    from services.cli.service_databases import create_databases
    from services.cli.stack_files import StackFiles
    from shared.kernel.errors import Invalid
    from shared.runtime.secret_settings import secret
    from shared.security.database_roles import KEYRING, role_of

    admin_url = secret("YANZHEN_DATABASE_URL")
    if not admin_url:
        raise Invalid(
            "no-database-url", "YANZHEN_DATABASE_URL is not set", remedy="name a role that may create databases"
        )
    entries = [entry(name) for name in service or NAMES]
    run(create_databases(admin_url, StackFiles(data_dir).password, entries))
    console().print(f"There: {', '.join(role_of(name) for name in [*(one.name for one in entries), KEYRING])}.")
