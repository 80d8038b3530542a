"""`yanzhen issuer`: the development issuer by itself, where a stack is put together in another way (containers)."""

from typing import Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR


def issuer(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where it listens.")],
    host: Annotated[str, typer.Option(help="The address it listens on.")] = "127.0.0.1",
    url: Annotated[str, typer.Option(help="How clients reach it, where that differs.")] = "",
    outside: Annotated[list[str] | None, typer.Option(help="An outside system that may have tokens.")] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Serve discovery, keys and tokens for machine clients until Ctrl-C. Never for anything real.

    Services verify with the file credentials/identity/jwks.json, in development mode only.

    Example: [bold]yanzhen issuer --port 9000[/bold]
    """
    from services.cli.issuing import serve_issuer
    from services.cli.run import run

    run(serve_issuer(data_dir, tuple(outside or ()), port, host, url))
