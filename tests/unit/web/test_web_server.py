"""The real server on a real socket."""

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.responses import StreamingResponse

from shared.kernel.errors import Unavailable
from shared.web import http_protocol
from shared.web.app import create_app
from shared.web.problem import Problem
from shared.web.rate_limit import Rate, Rates
from shared.web.server import HttpServer

router = APIRouter()


@router.get("/slow")
async def slow() -> str:
    await asyncio.sleep(0.3)
    return "done"


@asynccontextmanager
async def serving(app: FastAPI | None = None) -> AsyncIterator[tuple[HttpServer, int]]:
    app = app or create_app(title="t", version="1", routers=[router], access_log=False)
    server = HttpServer(app, host="127.0.0.1", port=0, grace_seconds=2)
    async with running(server) as port:
        yield server, port


@asynccontextmanager
async def running(server: HttpServer) -> AsyncIterator[int]:
    """Its port, while it runs."""
    port = server.bind()
    task = asyncio.create_task(server.run())
    while not server.started and not task.done():  # the server has no event to await
        await asyncio.sleep(0.01)
    try:
        yield port
    finally:
        server.stop()
        async with asyncio.timeout(5):
            await task


async def talk(port: int, *pieces: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_requests_in_flight_are_answered_before_the_server_is_gone() -> None:
    async with serving() as (server, port), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        request = asyncio.create_task(client.get("/slow"))
        await asyncio.sleep(0.1)
        server.stop()
        assert (await request).json() == "done"
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_the_signals_stay_with_whoever_had_them() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    async with serving():
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


async def test_a_taken_port_is_said_so_and_ends_nothing() -> None:
    async with serving() as (_, port):
        with pytest.raises(Unavailable) as refused:
            HttpServer(create_app(title="t", version="1"), host="127.0.0.1", port=port).bind()
        assert refused.value.code == "port-taken"


async def test_a_failed_start_up_is_an_error_and_does_not_end_the_process() -> None:
    async def fails() -> None:
        raise RuntimeError("no database")

    @asynccontextmanager
    async def broken(_app: FastAPI) -> AsyncIterator[None]:
        await fails()
        yield

    server = HttpServer(create_app(title="t", version="1", lifespan=broken), host="127.0.0.1", port=0)
    with pytest.raises(Unavailable) as refused:
        await server.run()
    assert refused.value.code == "start-up-failed"


async def test_a_head_that_is_too_large_ends_the_connection_before_it_fills_the_memory() -> None:
    async with serving() as (_, port):
        endless = b"GET /livez HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 30_000
        answer = await talk(port, endless, *[b"a" * 30_000] * 20)
        assert b" 200 " not in answer


async def test_a_head_that_is_never_finished_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.2)
    async with serving() as (_, port):
        assert await talk(port) == b""
        assert await talk(port, b"GET /livez HTTP/1.1\r\nhost:") == b""
        # and of a later request on a connection that is kept
        answer = await talk(port, b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n", b"GET /li")
        assert answer.count(b"HTTP/1.1 200") == 1


async def test_a_connection_serves_many_requests_and_large_bodies() -> None:
    async with serving() as (_, port), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(5):
            assert (await client.get("/livez")).status_code == 200
        assert (await client.post("/livez", content=b"x" * 900_000)).status_code == 405
        assert (await client.post("/livez", content=b"x" * 2_000_000)).status_code == 413
        assert (await client.get("/livez")).status_code == 200


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00" + b"\x00" * 100,
        b"GET\r\n\r\n",
        b"\r\n" * 1000,
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    ],
)
async def test_garbage_is_survived(garbage: bytes) -> None:
    async with serving() as (_, port), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(garbage)
        await writer.drain()
        writer.close()
        assert (await client.get("/livez")).status_code == 200
        del reader


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"FROBNICATE / HTTP/1.1\r\nhost: x\r\n\r\n", 400, "malformed-request"),
        (b"GET / SPDY/9\r\n\r\n", 400, "malformed-request"),
        (b"GET /livez HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 70_000, 431, "headers-too-large"),
    ],
)
async def test_what_is_no_request_gets_a_problem_too(sent: bytes, status: int, code: str) -> None:
    async with serving() as (_, port):
        head, _, body = (await talk(port, sent)).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    assert f"content-length: {len(body)}".encode() in head
    problem = Problem.model_validate_json(body)
    assert (problem.status, problem.code) == (status, code)


async def test_a_client_that_does_not_read_its_answer_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "WRITE_SECONDS", 0.2)
    ended = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 65_536
                await asyncio.sleep(0)  # once the client is gone nothing else makes this wait
        finally:
            ended.set()

    app = FastAPI()
    app.add_api_route("/endless", lambda: StreamingResponse(endless()))
    async with serving(app) as (_, port):
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET /endless HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.wait_for(ended.wait(), 10)
        writer.close()


async def test_a_client_that_asks_too_often_is_told_when_to_come_back() -> None:
    rates = Rates(address=Rate(0.5, 3), token=Rate(0.25, 2))
    app = create_app(title="t", version="1", routers=[router], rates=rates, access_log=False)
    async with serving(app) as (_, port), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        mine = {"authorization": "Bearer mine"}
        assert [(await client.get("/x", headers=mine)).status_code for _ in range(3)] == [404, 404, 429]
        # The address has had its three as well: another token does not help.
        refused = await client.post("/x", headers={"authorization": "Bearer made-up"}, content=b"x" * 100_000)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 2
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["code"] == "too-many-requests"
        assert "made-up" not in refused.text
        for free in ("/livez", "/readyz", "/metrics"):
            assert [(await client.get(free)).status_code for _ in range(5)] == [200] * 5


async def test_an_idle_server_takes_next_to_no_time() -> None:
    async with serving():
        await asyncio.sleep(0.2)
        before = time.process_time()
        await asyncio.sleep(1.0)
        assert time.process_time() - before < 0.02


def test_bug_1_answers_are_not_held_back_for_an_acknowledgement() -> None:
    server = HttpServer(FastAPI(), host="127.0.0.1", port=0)
    server.bind()
    assert server._socket is not None
    # asyncio turns Nagle's algorithm off only for sockets that say they are TCP.
    assert server._socket.proto == socket.IPPROTO_TCP
    server._socket.close()
