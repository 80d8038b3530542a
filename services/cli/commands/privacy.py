"""`yanzhen privacy`: what a person may ask for, and the keys behind it."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import DataDir
from services.cli.stack_names import DEFAULT_DATA_DIR

app = typer.Typer(help="Personal data (个人信息): erasing it, handing it over, its keys, how long things are kept.")

Person = Annotated[str, typer.Argument(metavar="PERSON", help="The person's id. Never a name or a number.")]
By = Annotated[
    str | None, typer.Option("--by", help="Who acts, by id, in development; elsewhere YANZHEN_TOKEN says so.")
]


@app.command()
def erase(
    person: Person,
    ground: Annotated[str, typer.Option(help="Why: subject-request, purpose-achieved, retention-ended, …")],
    by: By = None,
    although_open: Annotated[
        bool, typer.Option("--although-open", help="Do not wait for open transfers: what they still tell is nameless.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Have everything that is readable about a person erased. It cannot be undone.

    Carried out at once, or when the last open transfer is closed; due within 15 working days.

    Example: [bold]yanzhen privacy erase 0193a0f0-7c1e-7000-8000-5b2f6d1c9e44 --ground subject-request --by clerk-7[/bold]
    """
    from services.cli.erasures import erase as carry_out
    from services.cli.run import run

    run(carry_out(data_dir, person, ground, by, although_open=although_open, asking=not yes))


@app.command()
def erasures(
    everything: Annotated[bool, typer.Option("--all", help="Those that are done too.")] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """List the erasures that were asked for, what they wait for, and when they are due.

    Example: [bold]yanzhen privacy erasures[/bold]
    """
    from services.cli.erasures import list_erasures
    from services.cli.run import run

    run(list_erasures(data_dir, everything=everything))


@app.command()
def export(
    person: Person,
    by: By = None,
    to: Annotated[Path, typer.Option(help="The directory to write to.")] = Path(),
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Write everything that is held about a person, in the clear, as JSON and as a page to read. It is put on record.

    Example: [bold]yanzhen privacy export 0193a0f0-7c1e-7000-8000-5b2f6d1c9e44 --by clerk-7 --to handover/[/bold]
    """
    from services.cli.person_file import export as write
    from services.cli.run import run

    run(write(data_dir, person, to, by))


@app.command()
def rotate(
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Make a new key first, and let it be the current one.")
    ] = False,
    retire: Annotated[
        bool, typer.Option("--retire", help="Then give up the old ones, where nothing needs them.")
    ] = False,
    by: By = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Wrap every person's key under the current key-encryption key, while everything runs; interrupt and repeat at will.

    Example: [bold]yanzhen privacy rotate --new-key[/bold]
    """
    from services.cli.key_rotation import rotate as carry_out
    from services.cli.run import run

    run(carry_out(data_dir, new_key=new_key, retire=retire, actor=by))


@app.command()
def retention(
    enforcing: Annotated[bool, typer.Option("--enforce", help="Delete what has served its time.")] = False,
    by: By = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Show what is kept for how long, and how much has served its time.

    Example: [bold]yanzhen privacy retention --enforce --by auditor-1[/bold]
    """
    from services.cli.retention_report import report_retention
    from services.cli.run import run

    run(report_retention(data_dir, enforcing=enforcing, actor=by))
