"""The `yanzhen` command. Each command is a file below `commands/`, which imports what it needs when it runs: `--help`
must not load four services.
"""

import typer

from services.cli.commands.serve import serve
from services.cli.commands.up import up
from services.cli.errors import OneLineErrors

app = typer.Typer(
    name="yanzhen",
    cls=OneLineErrors,
    help="雁阵: a member's relocation reaches every interested party, exactly once in effect, in order, with proof.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command()(up)
app.command()(serve)
