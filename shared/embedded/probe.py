"""The smallest HTTP question: does this loopback port answer 200? Spares the start-up an HTTP client library."""

import asyncio

from shared.embedded.ports import LOOPBACK

_PATIENCE_SECONDS = 2.0


async def answers_ok(port: int, path: str = "/healthz") -> bool:
    """Whether GET answers 200. Raises OSError while nobody listens."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nConnection: close\r\n\r\n".encode())
            status = await reader.readline()
        finally:
            writer.close()
    return status.split()[1:2] == [b"200"]
