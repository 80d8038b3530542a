"""The proxy does what it says, or every run behind it would show nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.embedded.ports import LOOPBACK
from shared.kernel.clock import monotonic
from tests.chaos.proxy import FAIR, Proxy, Weather


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1024):
        writer.write(data)
        await writer.drain()
    writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    server = await asyncio.start_server(_echo, LOOPBACK, 0)
    proxy = Proxy(*server.sockets[0].getsockname()[:2])
    await proxy.start()
    yield proxy
    await proxy.stop()
    server.close()


async def _heard(reader: asyncio.StreamReader, size: int) -> bytes | None:
    try:
        async with asyncio.timeout(0.3):
            return await reader.readexactly(size)
    except TimeoutError:
        return None


async def test_in_fair_weather_everything_passes(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port)
    writer.write(b"x" * 500_000)
    assert await reader.readexactly(500_000) == b"x" * 500_000
    writer.close()


async def test_what_a_partition_holds_back_arrives_after_it_in_order(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port)
    await proxy.set(Weather(silent=True))
    writer.write(b"one ")
    assert await _heard(reader, 4) is None
    writer.write(b"two")
    await proxy.set(FAIR)
    assert await reader.readexactly(7) == b"one two"
    writer.close()


async def test_a_cut_ends_connections_and_refuses_new_ones_until_it_is_mended(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port)
    writer.write(b"a")
    assert await reader.readexactly(1) == b"a"
    await proxy.set(Weather(refused=True))
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    again, other = await asyncio.open_connection(LOOPBACK, proxy.port)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await again.readexactly(1)
    await proxy.set(FAIR)
    third, last = await asyncio.open_connection(LOOPBACK, proxy.port)
    last.write(b"b")
    assert await third.readexactly(1) == b"b"
    for one in (writer, other, last):
        one.close()


@pytest.mark.parametrize(("weather", "least"), [(Weather(delay=0.1), 0.2), (Weather(rate=10_000), 0.2)])
async def test_slow_weather_takes_its_time(proxy: Proxy, weather: Weather, least: float) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port)
    await proxy.set(weather)
    began = monotonic()
    writer.write(b"x" * 3_000)
    assert await reader.readexactly(3_000) == b"x" * 3_000
    assert monotonic() - began >= least
    writer.close()
