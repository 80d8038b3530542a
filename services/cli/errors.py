"""Errors as a person at a terminal should see them: one line, what and what to do, and an exit status.

1: something is wrong; 2: the command was given wrongly. A traceback is shown only where `YANZHEN_DEBUG` is set.
"""

import os
from typing import Any

import typer
from typer.core import TyperGroup

from shared.kernel.errors import Invalid, YanzhenError

DEBUG_VARIABLE = "YANZHEN_DEBUG"


class OneLineErrors(TyperGroup):
    """The group at the root of all commands."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except YanzhenError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2 if isinstance(error, Invalid) else 1) from None
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        except Exception as error:
            if os.environ.get(DEBUG_VARIABLE) or _is_flow(error):
                raise
            typer.echo(
                f"unexpected: {_first_line(error)} - see it whole with {DEBUG_VARIABLE}=1, and report it", err=True
            )
            raise typer.Exit(1) from None


def _is_flow(error: Exception) -> bool:
    """What the command-line library ends commands with; it knows best how to show it. A closed pipe is a reader, such as
    `head`, that has seen enough.
    """
    flow = ("ClickException", "Exit", "Abort", "BrokenPipeError")
    return any(kind.__name__ in flow for kind in type(error).__mro__)


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
