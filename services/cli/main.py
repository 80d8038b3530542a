"""The `yanzhen` command. Each command is a file below `commands/`, which imports what it needs when it runs: `--help`
must not load four services.
"""

import importlib
import importlib.util

import typer

from services.cli.commands import audit, clock, dlq, privacy, projection, stream
from services.cli.commands.backup import backup
from services.cli.commands.databases import databases
from services.cli.commands.doctor import doctor
from services.cli.commands.import_ import import_
from services.cli.commands.migrate import migrate
from services.cli.commands.provision import provision
from services.cli.commands.restore import restore
from services.cli.commands.secrets import secrets
from services.cli.commands.serve import serve
from services.cli.commands.token import token
from services.cli.commands.trace import trace
from services.cli.commands.up import up
from services.cli.errors import OneLineErrors

DEMO = "services.cli.demo"

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
if importlib.util.find_spec(DEMO) is not None:
    # Left out of images: it needs the servers from wheels.
    app.command()(importlib.import_module(f"{DEMO}.command").demo)
app.command()(trace)
app.command()(token)
app.command()(doctor)
app.command()(secrets)
app.command()(databases)
app.command()(provision)
app.command()(migrate)
app.command("import")(import_)
app.command()(backup)
app.command()(restore)
app.command()(serve)
app.add_typer(dlq.app, name="dlq")
app.add_typer(projection.app, name="projection")
app.add_typer(stream.app, name="stream")
app.add_typer(privacy.app, name="privacy")
app.add_typer(audit.app, name="audit")
app.add_typer(clock.app, name="clock")
