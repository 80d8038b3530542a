"""Running the development issuer by itself."""

import asyncio
import signal
from pathlib import Path

from services.cli.output import console
from services.cli.stack_files import StackFiles
from shared.embedded.issuer import IssuerServer
from shared.security.broker import OUTSIDE_SYSTEMS
from shared.security.development_issuer import MESSAGE_CLIENTS


async def serve_issuer(data_dir: Path, outside: tuple[str, ...], port: int, host: str, url: str) -> None:
    """Until SIGINT or SIGTERM. Makes the key and the clients' secrets when they are missing."""
    outside = outside or OUTSIDE_SYSTEMS
    files = StackFiles(data_dir)
    files.prepare_directory()
    issuer = files.issuer(outside)
    for client in (*MESSAGE_CLIENTS, *outside):
        issuer.secret(client)
    server = IssuerServer(issuer, port, host=host, url=url)
    server.start()
    stopping = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
    console().print(f"{server.url}/token gives tokens; services verify with {issuer.jwks_file}", soft_wrap=True)
    await stopping.wait()
    await server.stop()
