"""Moving the clock of a development stack, and remembering it for services that are started later."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.cli.installation import find
from services.cli.output import console
from services.cli.stack_files import StackFiles
from shared.kernel.calendar import SHANGHAI
from shared.kernel.errors import Invalid, Refused
from shared.runtime.clock_control import move

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_DURATION = re.compile(r"(-?)(\d{1,6})([dhms])")


def duration(text: str) -> timedelta:
    """`91d` → 91 days. Raises `Invalid` (`bad-duration`)."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise Invalid("bad-duration", f"{text!r} is not a duration", remedy="write 91d, 36h, 10m or 90s")
    sign, number, unit = match.groups()
    return timedelta(**{_UNITS[unit]: int(f"{sign}{number}")})


async def shift_clock(data_dir: Path, by: str) -> None:
    """Tell every service, and those that start later. Raises `Refused` (`not-development`)."""
    moved = duration(by)
    installation = find(data_dir)
    if not installation.record:
        raise Refused(
            "not-development",
            "only the clock of a development stack can be moved",
            remedy="start one with `yanzhen up`; in production deadlines take the time they take",
        )
    async with installation.broker() as client:
        await move(client, moved)
    installation.files.clock_shift += moved.total_seconds()
    show_clock(data_dir)


def show_clock(data_dir: Path) -> None:
    """Print the time of the services."""
    shift = timedelta(seconds=StackFiles(data_dir).clock_shift)
    now = (datetime.now(UTC) + shift).astimezone(SHANGHAI)
    console().print(f"The services' clock says {now:%Y-%m-%d %H:%M} (moved by {shift}).")
