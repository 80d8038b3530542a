"""`python -m shared.runtime SERVICE`: one service as a process, configured by its environment.

The entry point of a service's image, and of the services that `yanzhen up` runs. Without the libraries of the command
line: they would cost each process memory for nothing.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from shared.kernel.errors import Invalid, YanzhenError


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 after a wanted end, 1 when it could not run, 2 when it was started wrongly."""
    parser = argparse.ArgumentParser(prog="python -m shared.runtime", description="Run one service until SIGTERM.")
    parser.add_argument(
        "service",
        nargs="?",
        default=os.environ.get("YANZHEN_SERVICE"),  # in an image: the one that it holds
        help="registry, mobility, assessment, notify, or module:attribute",
    )
    parser.add_argument("--migrate", action="store_true", help="bring its database up to date, as its owner, and end")
    given = parser.parse_args(arguments)
    if not given.service:
        parser.error("name the service")
    try:
        run(given.service, migrate_only=given.migrate)
    except YanzhenError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, Invalid) else 1
    return 0


def run(name: str, *, migrate_only: bool = False) -> None:
    """Find the service, read its settings, run it. Raises `Invalid` (`unknown-service`, `service-missing`,
    `bad-settings`), or what it failed with.
    """
    import structlog

    from shared.observability.logging import configure_logging
    from shared.runtime.lookup import find_definition
    from shared.runtime.migrating import BrokerAccess, migrate_service
    from shared.runtime.process import serve
    from shared.runtime.settings import read_settings

    definition = find_definition(name)
    settings = read_settings(definition.settings)
    configure_logging(definition.name, level=settings.log_level, console=settings.log_console)
    if not migrate_only:
        asyncio.run(serve(definition, settings))
        return
    # Its settings are the owner's: the same variables, with another room of secrets.
    access = BrokerAccess(settings.nats_url, settings.nats_seed_file, definition.name, settings.nats_ca_file)
    built = asyncio.run(migrate_service(definition, settings.database_url, access))
    structlog.get_logger("service").info("service.migrated", service=definition.name, read_models_built=built)


if __name__ == "__main__":
    # Where rich is installed, structlog loads it for tracebacks on a terminal: 3 MB in each process for nothing.
    sys.modules["rich"] = None  # type: ignore[assignment]
    sys.exit(main())
