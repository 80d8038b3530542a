"""`yanzhen import`: the list of a business register or of civil affairs, from a file."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR


def import_(
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8 or GB18030) or a workbook of Excel with one sheet.")],
    source: Annotated[str, typer.Option(help="Whose list: market_regulation, civil_affairs or census.")],
    list_date: Annotated[datetime, typer.Option(help="The day as of which it is.", formats=["%Y-%m-%d"])],
    area: Annotated[str, typer.Option(help="The area whose units it names: six digits (GB/T 2260).")],
    by: Annotated[str, typer.Option(help="The organisation that brings it, by id.")],
    basis: Annotated[
        str, typer.Option(help="By what units fall to an organisation: registered_place, competent_authority or park.")
    ] = "registered_place",
    apply: Annotated[bool, typer.Option("--apply", help="Take it over. Without this it is only checked.")] = False,
    campaign: Annotated[str | None, typer.Option(help="The drive it belongs to.")] = None,
    findings: Annotated[
        Path | None, typer.Option(help="Write what a person has to look at to this file, as CSV.")
    ] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Check a list of units against what is registered, or take it over. Safe to repeat, and after an interruption.

    Exit status 1 when rows were refused.

    Example: [bold]yanzhen import 名单.xlsx --source market_regulation --list-date 2026-06-30 --area 430702 --by o-17[/bold]
    """
    from services.cli.listing import bring
    from services.cli.run import run

    run(
        bring(
            data_dir, file, source=source, list_date=list_date.date(), area=area, by=by, basis=basis, apply=apply,
            campaign=campaign, findings=findings,
        )
    )  # fmt: skip
