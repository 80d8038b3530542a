"""`yanzhen token`: being somebody in a development stack."""

from typing import Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR
from shared.security.actor import Line, Role


def token(
    role: Annotated[Role, typer.Option(help="What you are.")],
    org: Annotated[
        str | None, typer.Option(metavar="ID", help="The organisation that the role counts for, with all below it.")
    ] = None,
    station: Annotated[
        str | None, typer.Option(metavar="ID", help="The station, for a station head or an instructor.")
    ] = None,
    line: Annotated[Line, typer.Option(help="By territory one decides; by authority one looks.")] = Line.TERRITORY,
    subject: Annotated[
        str | None, typer.Option(metavar="ID", help="Who you are: of a person, the id that posts and parties name.")
    ] = None,
    ttl: Annotated[str, typer.Option(metavar="DURATION", help="How long it is valid, such as 30m or 8h.")] = "1h",
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Print a bearer token of the development issuer. No service outside development mode accepts it.

    Example: [bold]curl -H "Authorization: Bearer $(yanzhen token --role auditor --org ID)" URL/transfers[/bold]
    """
    from services.cli.tokens import make_token

    typer.echo(make_token(data_dir, role, org, station, line, subject, ttl))
