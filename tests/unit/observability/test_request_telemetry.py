from collections.abc import AsyncIterator

import httpx
import pytest
import structlog
from fastapi import APIRouter
from opentelemetry.trace import SpanKind, StatusCode
from structlog.testing import capture_logs

from shared.observability.trace_export import recorded_spans
from shared.observability.tracing import current_trace_id
from shared.web.app import create_app

inner = APIRouter(prefix="/members")


@inner.get("/{member}/transfers")
async def read(member: str, name: str = "") -> str:
    structlog.get_logger().info("working")
    return current_trace_id() or ""


@inner.get("/relocations/{transfer_id}")
async def relocation(transfer_id: str) -> None:
    return


@inner.get("/fault")
async def fail() -> None:
    raise RuntimeError("13812345678")


outer = APIRouter(prefix="/v1")
outer.include_router(inner)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(title="t", version="1", routers=[outer])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_a_request_is_a_server_span_named_by_its_whole_template(client: httpx.AsyncClient) -> None:
    with recorded_spans() as spans:
        response = await client.get("/v1/members/0193/transfers?name=secret")
    (request,) = spans.all
    assert request.name == "GET /v1/members/{member}/transfers"
    assert request.kind is SpanKind.SERVER
    assert dict(request.attributes or {}) == {
        "http.request.method": "GET",
        "http.route": "/v1/members/{member}/transfers",
        "http.response.status_code": 200,
        "server.address": "test",
        "url.scheme": "http",
    }
    assert request.context is not None
    assert response.json() == f"{request.context.trace_id:032x}"
    assert "secret" not in request.to_json()


async def test_a_request_about_a_relocation_is_found_by_it(client: httpx.AsyncClient) -> None:
    identity = "0193a0f0-7c1e-7000-8000-5b2f6d1c9e44"
    with recorded_spans() as spans:
        await client.get(f"/v1/members/relocations/{identity}")
        await client.get("/v1/members/relocations/13812345678")  # a name that somebody else gave: it might be anything
    assert [dict(one.attributes or {})["yanzhen.relocation.id"] for one in spans.all] == [identity, "[redacted]"]


async def test_the_callers_trace_goes_on(client: httpx.AsyncClient) -> None:
    kept = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with recorded_spans(ratio=0.0) as spans:
        response = await client.get("/v1/members/1/transfers", headers={"traceparent": kept})
    assert response.json() == "0af7651916cd43dd8448eb211c80319c"
    assert spans.all[0].parent is not None


async def test_an_unknown_path_gives_no_name_and_a_fault_marks_the_span(client: httpx.AsyncClient) -> None:
    with recorded_spans() as spans, capture_logs():
        await client.get("/13812345678")
        await client.get("/v1/members/fault")
    unknown, fault = spans.all
    assert unknown.name == "GET"
    assert dict(fault.attributes or {})["error.type"] == "500"
    assert fault.status.status_code is StatusCode.ERROR
    assert unknown.status.status_code is StatusCode.UNSET  # the caller's fault, not ours
    assert "13812345678" not in unknown.to_json() + fault.to_json()


async def test_the_access_log_has_no_query_string(client: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        await client.get("/v1/members/1/transfers?name=secret")
    (line,) = [line for line in lines if line["event"] == "request"]
    assert line["path"] == "/v1/members/1/transfers"
    assert line["status"] == 200
    assert "secret" not in str(lines)
