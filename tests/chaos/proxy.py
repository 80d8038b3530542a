"""A TCP proxy between one client and one server, which can be a bad network: cut, silent, slow, or thin.

The kernels that tests run on have no `netem`, and a packet filter cannot delay. What a proxy cannot do is lose or reorder
packets; TCP would hide that from both ends anyway, as delay.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from shared.embedded.ports import LOOPBACK

_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Weather:
    """How the network is. `delay` in seconds per chunk and direction; `rate` in bytes per second, 0 for no limit."""

    silent: bool = False
    """Connections stay open and nothing arrives: the partition that nobody is told about."""
    refused: bool = False
    """Connections are reset and no new one is taken."""
    delay: float = 0
    rate: float = 0


FAIR: Final = Weather()


class Proxy:
    """Listens on a port of its own from `start` to `stop`; the port stays the same in any weather."""

    def __init__(self, host: str, port: int, *, listens_on: str = LOOPBACK) -> None:
        self._to = (host, port)
        self._listens_on = listens_on
        self._weather = FAIR
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.resets = 0

    def instead(self, url: str) -> str:
        """That address of the server, leading through this proxy."""
        host, port = self._to
        before = urlsplit(url)
        return before._replace(
            netloc=before.netloc.replace(f"{host}:{port}", f"{self._listens_on}:{self.port}")
        ).geturl()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._taken, self._listens_on, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def set(self, weather: Weather) -> None:
        """From now on, also for what is on its way."""
        self._weather = weather
        self._changed.set()
        self._changed = asyncio.Event()
        if weather.refused:
            for writer in list(self._open):
                writer.transport.abort()
                self.resets += 1

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._open.add(writer)
        beyond: asyncio.StreamWriter | None = None
        try:
            await self._until_audible()
            if self._weather.refused:
                return
            back, beyond = await asyncio.open_connection(*self._to)
            self._open.add(beyond)
            # When one direction ends both do: neither NATS nor PostgreSQL half-closes.
            ways = [
                asyncio.ensure_future(self._pass_on(reader, beyond)),
                asyncio.ensure_future(self._pass_on(back, writer)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass  # nobody listens beyond, or we stop: our client is told the same way, by its connection's end
        finally:
            for one in (writer, beyond):
                if one is not None:
                    self._open.discard(one)
                    one.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                if self._weather.delay:
                    await asyncio.sleep(self._weather.delay)
                await self._thin(writer, data)

    async def _thin(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """In pieces of a tenth of a second, so that the end of the bad weather is felt at once."""
        while data:
            await self._until_audible()
            rate = self._weather.rate
            size = max(1, int(rate / 10)) if rate else len(data)
            piece, data = data[:size], data[size:]
            writer.write(piece)
            await writer.drain()
            if rate:
                await asyncio.sleep(0.1)

    async def _until_audible(self) -> None:
        while self._weather.silent:
            await self._changed.wait()
