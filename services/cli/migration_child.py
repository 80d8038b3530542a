"""Migrating in a short-lived child: what runs on never has the owners' passwords, nor Alembic, in its memory."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from services.cli.catalogue import ServiceEntry
from shared.kernel.errors import Unavailable

SECONDS = 600
"""Building a large read model anew takes minutes; more than this is no longer believed."""


async def migrate_in_child(services: Sequence[ServiceEntry], environment: dict[str, str], log: Path) -> None:
    """Run `yanzhen migrate` for all of them. Raises `Unavailable` (`not-migrated`) with the last line it said."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("ab") as file:
        start = file.tell()
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.cli", "migrate", *(service.argument for service in services),
            env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
        )  # fmt: skip
        try:
            async with asyncio.timeout(SECONDS):
                status = await child.wait()
        finally:
            if child.returncode is None:  # cancelled, or too slow
                child.terminate()
                await child.wait()
    if status:
        said = _said(log, start)
        raise Unavailable(
            "not-migrated",
            f"the databases could not be brought up to date: {said.splitlines()[-1] if said else f'exit status {status}'}",
            remedy=f"see {log}",
        )


def _said(log: Path, start: int) -> str:
    return log.read_bytes()[start:].decode("utf-8", "replace").strip()
