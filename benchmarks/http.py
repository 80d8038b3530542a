"""A command over HTTP: `POST /units` of the registry, against a FastAPI endpoint that does nothing.

`python -m benchmarks.http`. Low rate: one request after the other, 25 a second. Throughput: 32 connections, each sending
the next request when the last is answered. The bare endpoint reads the same body into the same model, in a uvicorn of its
own; so the difference is our store, outbox, traces, metrics, idempotency and errors.
"""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Iterator
from itertools import count
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI

from benchmarks.report import percentile, ratio, show, spread
from benchmarks.rig import CpuMeter, disk_floor, disk_line, quiet, scratch
from services.cli.badges import Badges, department
from services.cli.catalogue import entry
from services.cli.demo.http import api
from services.cli.launcher import LocalInstallation
from services.registry.domain.unit.commands import RegisterUnit
from shared.embedded.parent_death import die_with_parent
from shared.embedded.ports import LOOPBACK, Ports
from shared.kernel.identifiers import uscc

RATE = 25
LOW = 75
"""Requests at the low rate per round."""
CONNECTIONS = 32
SECONDS = 2.0
ROUNDS = 3


def bare_application() -> FastAPI:
    """The peer."""
    app = FastAPI()

    @app.post("/units", status_code=201)
    async def register(body: RegisterUnit) -> dict[str, object]:
        return {"uscc": body.uscc, "version": 1}

    return app


class Connection:
    """A kept-alive HTTP/1.1 connection that does no more than a benchmark needs."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, url: str) -> "Connection":
        parts = urlsplit(url)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port))

    async def post(self, path: str, body: bytes, token: str) -> int:
        """The status of the answer."""
        head = (
            f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: {token}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")
        )
        await self._reader.readexactly(length)
        return int(answer[9:12])

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


def bodies() -> Iterator[bytes]:
    """Units that do not exist yet."""
    for number in count():
        code = uscc.make("91", "330105", f"{number:08d}{number % 10}")
        unit = {
            "uscc": code,
            "name": f"杭州第{number}有限公司",
            "kind": "enterprise",
            "area_code": "330105",
            "staff": 12,
        }
        yield json.dumps(unit, ensure_ascii=False).encode()


_bodies = bodies()


async def low_rate(url: str, token: str) -> list[float]:
    """Milliseconds per request."""
    connection = await Connection.to(url)
    taken: list[float] = []
    started = time.perf_counter()
    for number in range(LOW):
        await asyncio.sleep(max(0.0, started + number / RATE - time.perf_counter()))
        body = next(_bodies)
        at = time.perf_counter()
        status = await connection.post("/units", body, token)
        taken.append((time.perf_counter() - at) * 1000)
        assert status == 201, status
    await connection.close()
    return taken


async def throughput(url: str, token: str) -> tuple[float, list[float]]:
    """Requests per second, and milliseconds per request under that load."""
    connections = await asyncio.gather(*(Connection.to(url) for _ in range(CONNECTIONS)))
    began = time.perf_counter()
    taken: list[float] = []

    async def worker(connection: Connection) -> None:
        while (at := time.perf_counter()) < began + SECONDS:
            status = await connection.post("/units", next(_bodies), token)
            taken.append((time.perf_counter() - at) * 1000)
            assert status == 201, status

    await asyncio.gather(*(worker(connection) for connection in connections))
    rate = len(taken) / (time.perf_counter() - began)
    await asyncio.gather(*(connection.close() for connection in connections))
    return rate, taken


async def entitled(installation: LocalInstallation) -> str:
    """The Authorization header of a department in whose area the units are."""
    badges = Badges(installation.issuer())
    top = {"organisation_id": "w", "name": "组织部", "kind": "working_committee", "area_code": "330100"}
    async with api(installation.url("registry"), "registry", badges) as registry:
        await registry.call("POST", "/organisations", top)
    return badges.of(department("w"))["authorization"]


async def _listens(port: int, process: asyncio.subprocess.Process) -> None:
    while True:
        assert process.returncode is None, "the bare endpoint did not start"
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


async def measure(targets: dict[str, str], token: str) -> dict[str, dict[str, list[float]]]:
    """Figures of both, in turns."""
    found: dict[str, dict[str, list[float]]] = {
        name: {"low": [], "p50": [], "p95": [], "rate": [], "loaded": []} for name in targets
    }
    for number in range(ROUNDS + 1):
        for name, url in targets.items():
            low = await low_rate(url, token)
            rate, loaded = await throughput(url, token)
            if number:
                one = found[name]
                one["low"] += low
                one["loaded"] += loaded
                one["p50"].append(percentile(low, 50))
                one["p95"].append(percentile(low, 95))
                one["rate"].append(rate)
    return found


async def main() -> None:
    quiet()
    floors = [disk_floor()]
    ports = Ports()
    port = ports.take("bare")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.http", "bare", str(port), preexec_fn=die_with_parent(signal.SIGKILL)
    )
    try:
        await _listens(port, process)
        with scratch() as directory:
            async with LocalInstallation(directory, services=[entry("registry")]) as installation:
                pid = installation.children["registry"].pid
                assert pid
                token = await entitled(installation)
                meter = CpuMeter({"registry": pid})
                targets = {"registry": installation.url("registry"), "bare": f"http://{LOOPBACK}:{port}"}
                found = await measure(targets, token)
                spent = meter.spent()["registry"]
    finally:
        process.kill()
        await process.wait()
        ports.release()
    floors.append(disk_floor())
    mine, bare = found["registry"], found["bare"]
    requests = len(mine["low"]) + len(mine["loaded"])
    show(
        "http: POST /units, command committed when answered",
        {
            "registry, ms p50 at 25/s": spread(mine["p50"]),
            "registry, ms p95 at 25/s": spread(mine["p95"]),
            "bare FastAPI, ms p50 at 25/s": spread(bare["p50"]),
            "bare FastAPI, ms p95 at 25/s": spread(bare["p95"]),
            "registry, requests/s on 32 connections": spread(mine["rate"]),
            "registry, ms p95 on 32 connections": percentile(mine["loaded"], 95),
            "bare FastAPI, requests/s on 32 connections": spread(bare["rate"]),
            "registry ÷ bare, requests/s": ratio(mine["rate"], bare["rate"]),
            "registry, CPU ms per request (first round included)": spent * 1000 / (requests * (ROUNDS + 1) / ROUNDS),
        },
        (),
        disk_line(floors),
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["bare"]:
        uvicorn.run(bare_application(), host=LOOPBACK, port=int(sys.argv[2]), log_level="warning", access_log=False)
    else:
        asyncio.run(main())
