"""Running a command's coroutine."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

R = TypeVar("R")


def run(work: Coroutine[Any, Any, R]) -> R:
    """Run it to its end, with only warnings logged (on standard error)."""
    from services.cli.quiet import only_warnings

    only_warnings()
    return asyncio.run(work)
