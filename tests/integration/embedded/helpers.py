"""What the tests of the embedded stack share."""

import asyncio
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self


async def eventually(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    """Return as soon as it holds; fail when it does not hold in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not come true in time"
        await asyncio.sleep(0.01)


def processes_below(*directories: Path) -> dict[int, str]:
    """Living processes that work in or below one of those directories, with their command lines."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            cwd = Path(os.readlink(f"/proc/{pid}/cwd"))
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if any(cwd.is_relative_to(directory.resolve()) for directory in directories):
            found[int(pid)] = command
    return found


def files_containing(directory: Path, text: str) -> list[Path]:
    """The files below that hold the text."""
    return [path for path in directory.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


class Receiver:
    """An HTTP server that takes posted receipts; it answers with `status`, a number that a test may change."""

    def __init__(self) -> None:
        self.status = 200
        self.posts: list[list[dict[str, Any]]] = []
        self.url = ""
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def receipts(self) -> list[dict[str, Any]]:
        return [receipt for post in self.posts for receipt in post]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/receipts"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.partition("content-length:")[2].split()[0])
                self.posts.append(json.loads(await reader.readexactly(length)))
                writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
