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
    import asyncio

    from pydantic import ValidationError

    from services.cli.catalogue import definition, entry
    from shared.kernel.errors import Invalid
    from shared.observability.logging import configure_logging
    from shared.runtime.process import serve as serve_definition

    found = definition(entry(service))
    try:
        settings = found.settings()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        variable = "YANZHEN_" + "_".join(map(str, first["loc"])).upper()
        raise Invalid(
            "bad-settings", f"{variable}: {first['msg']}", remedy="set it in the environment of the service"
        ) from None
    configure_logging(found.name, level=settings.log_level, console=settings.log_console)
    asyncio.run(serve_definition(found, settings))
