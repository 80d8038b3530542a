"""pg_dump and pg_restore: PostgreSQL's own, from the wheel or from the machine."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from services.cli.backups.tls_tunnel import PORT, socket_directory
from shared.embedded.postgres_home import installation
from shared.kernel.errors import Unavailable

BIN_VARIABLE: Final = "YANZHEN_POSTGRES_BIN"


def tool(name: str) -> str:
    """Where the program is: `YANZHEN_POSTGRES_BIN`, the wheel, or the path. Raises `Unavailable` (`no-postgres-tools`)."""
    if named := os.environ.get(BIN_VARIABLE):
        places = [Path(named) / name]
    else:
        try:
            places = [installation(None) / "bin" / name]
        except Unavailable:
            places = []
        places += [Path(found) for found in [shutil.which(name)] if found]
    for place in places:
        if place.is_file():
            return str(place)
    raise Unavailable(
        "no-postgres-tools", f"{name} is not to be found", where=BIN_VARIABLE,
        remedy=f"install the extra `stack` or PostgreSQL's client programs, or let {BIN_VARIABLE} name their directory",
    )  # fmt: skip


async def dump(url: str, target: Path, *options: str) -> None:
    """Save a database in the custom format, readable by its owner only. Raises `Unavailable` (`dump-failed`)."""
    _touch(target)
    await _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={target}", *options)


async def load(url: str, source: Path, *options: str) -> None:
    """Put it back, whole or not at all. Raises `Unavailable` (`dump-failed`)."""
    await _run(
        "pg_restore", url, "--single-transaction", "--exit-on-error", "--no-owner", "--no-comments",
        f"--dbname={urlsplit(url).path[1:]}", *options, str(source),
    )  # fmt: skip


async def _run(name: str, url: str, *arguments: str) -> None:
    async with socket_directory(url) as directory:
        environment = _environment(url) | ({"PGHOST": directory, "PGPORT": str(PORT)} if directory else {})
        await _child(name, url, environment, *arguments)


async def _child(name: str, url: str, environment: dict[str, str], *arguments: str) -> None:
    child = await asyncio.create_subprocess_exec(
        tool(name), *arguments, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        _, said = await child.communicate()
    finally:
        if child.returncode is None:  # cancelled
            child.terminate()
            await child.wait()
    if child.returncode:
        lines = said.decode("utf-8", "replace").strip().splitlines() or [f"exit status {child.returncode}"]
        raise Unavailable(
            "dump-failed", f"{name} of {urlsplit(url).path[1:]}: {lines[0]}", remedy="remove the cause and repeat"
        )


def _touch(path: Path) -> None:
    path.touch(mode=0o600)


def _environment(url: str) -> dict[str, str]:
    """Passwords belong in no command line; nothing else of ours changes what the programs do."""
    parts = urlsplit(url)
    return {
        "PATH": os.defpath,
        "LC_ALL": "C",
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or PORT),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path[1:],
        "PGCONNECT_TIMEOUT": "10",
        # pg_dump lifts the limits of the role by itself, pg_restore does not.
        "PGOPTIONS": "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0",
    }
