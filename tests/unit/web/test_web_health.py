import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter

from shared.kernel.errors import Unavailable
from shared.observability.metrics import Metrics
from shared.observability.trace_export import recorded_spans
from shared.web.app import create_app
from shared.web.health import Health


@pytest.fixture
def health() -> Health:
    return Health(check_seconds=0.1)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def client(health: Health, metrics: Metrics) -> AsyncIterator[httpx.AsyncClient]:
    router = APIRouter(prefix="/members")

    @router.get("/{member}")
    async def read(member: str) -> str:
        return member

    app = create_app(title="t", version="1", health=health, metrics=metrics, routers=[router], access_log=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def well() -> str:
    return "fine"


async def test_ready_when_every_check_is_green(client: httpx.AsyncClient, health: Health) -> None:
    health.register("database", well)
    response = await client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "checks": [{"name": "database", "ok": True, "detail": "fine"}]}


async def test_not_ready_says_what_is_red_without_saying_what_nobody_should_know(
    client: httpx.AsyncClient, health: Health
) -> None:
    async def refuses() -> str:
        raise ConnectionError("postgresql://user:password@host")

    async def hangs() -> str:
        await asyncio.sleep(60)
        return ""

    async def away() -> str:
        raise Unavailable("broker-away", "no broker", remedy="start it")

    for name, check in {"good": well, "database": refuses, "slow": hangs, "broker": away}.items():
        health.register(name, check)
    response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["detail"] == "red: database, slow, broker"
    details = {check["name"]: check["detail"] for check in body["checks"]}
    assert details["database"] == "ConnectionError"
    assert details["slow"] == "no answer within 0.1 s"
    assert "start it" in details["broker"]
    assert "password" not in response.text


async def test_checks_run_side_by_side(health: Health) -> None:
    async def slow() -> str:
        await asyncio.sleep(0.06)
        return ""

    for n in range(20):
        health.register(str(n), slow)
    async with asyncio.timeout(0.5):
        assert all(result.ok for result in await health.results())


async def test_draining_is_not_ready_yet_alive(client: httpx.AsyncClient, health: Health) -> None:
    health.drain()
    assert (await client.get("/readyz")).status_code == 503
    assert (await client.get("/livez")).status_code == 200


def test_two_checks_cannot_share_a_name(health: Health) -> None:
    health.register("a", well)
    with pytest.raises(ValueError, match="a"):
        health.register("a", well)


async def test_metrics_show_the_route_and_never_the_path_with_the_trace_as_exemplar(client: httpx.AsyncClient) -> None:
    with recorded_spans() as spans:
        await client.get("/members/0193?name=张三")
        await client.get("/nowhere/13812345678")
        await client.request("BREW", "/members/1")
    plain = (await client.get("/metrics")).text
    assert 'route="/members/{member}"' in plain
    assert 'route="unmatched"' in plain
    assert 'method="_OTHER"' in plain
    assert "/0193" not in plain
    assert "13812345678" not in plain

    openmetrics = await client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text")
    context = spans.named("GET /members/{member}")[0].context
    assert context is not None
    assert f'trace_id="{context.trace_id:032x}"' in openmetrics.text
    assert openmetrics.text.endswith("# EOF\n")


async def test_probes_are_neither_traced_nor_measured(client: httpx.AsyncClient) -> None:
    with recorded_spans() as spans:
        for path in ("/livez", "/readyz", "/metrics"):
            await client.get(path)
    assert spans.all == ()
    assert "livez" not in (await client.get("/metrics")).text
