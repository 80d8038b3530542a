"""The terminal: tables and progress where a person looks, plain lines where a program does.

Width is 100 columns when nobody's terminal says otherwise, so that a piped table reads like the one on the screen.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.box import ROUNDED
from rich.console import Console
from rich.table import Table

WIDTH = 100


def console(stream: TextIO | None = None) -> Console:
    """For results (standard output). Without a terminal: no control codes, no colours."""
    stream = stream or sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else WIDTH
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def table(title: str, *columns: str) -> Table:
    """A table with left-aligned columns that fold rather than cut."""
    made = Table(title=title or None, title_justify="left", title_style="bold", header_style="bold", box=ROUNDED)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


@contextmanager
def progress(what: str) -> Iterator[Callable[[str], None]]:
    """Show what is going on: a spinner on a terminal, otherwise one line per step on standard error."""
    if not sys.stderr.isatty():

        def line(text: str) -> None:
            sys.stderr.write(f"{text} …\n")
            sys.stderr.flush()

        line(what)
        yield line
        return
    with Console(file=sys.stderr, highlight=False).status(what) as status:
        yield lambda text: status.update(f"{text} …")
