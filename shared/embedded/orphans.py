"""Processes that an earlier run of this stack left behind: found by where they work, stopped by pid.

A pid read from a file proves nothing, since numbers are used again. What identifies a child of ours is its working
directory inside the data directory together with its command line; holding the directory's lock means that no living
stack owns it. Needs `/proc`: without one (macOS) nothing is found.
"""

import os
import signal
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from shared.kernel.clock import Clock, monotonic

_PROC = Path("/proc")
_POLL_SECONDS = 0.02

log = structlog.get_logger(__name__)

Escalation = Sequence[tuple[signal.Signals, float]]
"""Signals in the order to try them, each with the seconds to wait for it to work."""


def working_in(directory: Path, marker: str) -> list[int]:
    """Pids of processes whose working directory is exactly that one and whose command line contains the marker."""
    if not _PROC.is_dir():
        return []
    return [pid for pid in map(int, filter(str.isdigit, os.listdir(_PROC))) if _matches(pid, directory, marker)]


async def stop(pids: Iterable[int], escalation: Escalation, clock: Clock) -> None:
    """Signal each process, and go on to the next signal for those that are still there when the time is up."""
    left = {pid: _started(pid) for pid in pids}
    for sign, seconds in escalation:
        left = {pid: started for pid, started in left.items() if _alive(pid, started)}
        if not left:
            return
        log.warning("orphans-stopping", pids=sorted(left), signal=sign.name)
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, sign)
        deadline = monotonic() + seconds
        while any(_alive(pid, started) for pid, started in left.items()) and monotonic() < deadline:
            await clock.sleep(_POLL_SECONDS)


def _matches(pid: int, directory: Path, marker: str) -> bool:
    try:
        if os.readlink(_PROC / str(pid) / "cwd") != str(directory):
            return False
        return marker.encode() in (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:  # gone meanwhile, or not ours to look at: then it is not our child either
        return False


def _started(pid: int) -> str | None:
    """When it began, in clock ticks since boot: with the pid that names one process for good. None: not alive."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def _alive(pid: int, started: str | None) -> bool:
    return started is not None and _started(pid) == started
