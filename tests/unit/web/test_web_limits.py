import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from shared.web.app import create_app
from shared.web.errors import BadRequest, RequestTimeout
from shared.web.limits import RequestLimits
from shared.web.strict_json import MAX_DEPTH, parse_strictly

router = APIRouter()
JSON = {"content-type": "application/json"}


@router.post("/any")
async def any_json(value: Any, request: Request) -> int:
    return len(await request.body())


@router.post("/echo")
async def echo(request: Request) -> Any:
    return await request.json()


@router.get("/at/{name}")
async def at(name: str, q: str = "") -> str:
    return name + q


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(title="test", version="1", routers=[router], max_body=10_000, access_log=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def code(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json", response.text
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", "malformed-json"),
        (b"{'a': 1}", "malformed-json"),
        (b'"\xff\xfe"', "malformed-json"),
        (b"\x00", "malformed-json"),
        (b'"\x00"', "malformed-json"),
        (b'{"a": NaN}', "malformed-json"),
        (b"[-Infinity]", "malformed-json"),
        (b"1" * 5000, "malformed-json"),
        (b"[" * 5000, "malformed-json|json-too-deep"),
        (b"[" * 4000 + b"]" * 4000, "json-too-deep"),
        (b"[" * 70 + b"]" * 70, "json-too-deep"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "json-too-deep"),
        (b'{"a": ["\\u0000"]}', "nul-character"),
        (b'{"\\u0000": 1}', "nul-character"),
        (b'["\\ud800"]', "lone-surrogate"),
        (b'{"\\uDfff": 1}', "lone-surrogate"),
    ],
)
async def test_hostile_json_is_a_bad_request(client: httpx.AsyncClient, body: bytes, expected: str) -> None:
    status, found = await code(await client.post("/echo", content=body, headers=JSON))
    assert status == 400
    assert found in expected.split("|")


@pytest.mark.parametrize(
    "body", [b'"\\ud83d\\ude00"', b'"\\\\u0000"', b'"\xe5\xbc\xa0"', b"[[[[1]]]]", b"null", b"1e5"]
)
async def test_odd_but_sound_json_passes(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/echo", content=body, headers=JSON)
    assert response.status_code == 200
    assert response.json() == json.loads(body)


async def test_a_body_of_a_json_dialect_is_held_to_the_same(client: httpx.AsyncClient) -> None:
    response = await client.post("/echo", content=b"[NaN]", headers={"content-type": "application/x+JSON; a=b"})
    assert await code(response) == (400, "malformed-json")


async def test_a_body_beyond_the_limit_is_refused_whether_announced_or_not(client: httpx.AsyncClient) -> None:
    response = await client.post("/echo", content=b" " * 10_001, headers=JSON)
    assert await code(response) == (413, "body-too-large")
    assert response.headers["connection"] == "close"

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 1000

    assert await code(await client.post("/echo", content=endless(), headers=JSON)) == (413, "body-too-large")
    assert (await client.post("/echo", content=b'"%s"' % (b"x" * 9998), headers=JSON)).status_code == 200


async def test_headers_beyond_the_limit_are_refused(client: httpx.AsyncClient) -> None:
    assert await code(await client.get("/at/x", headers={"x-big": "x" * 40_000})) == (431, "headers-too-large")
    assert await code(await client.get("/at/x", params={"q": "x" * 40_000})) == (431, "headers-too-large")


async def test_a_nul_in_path_or_query_never_reaches_a_handler(client: httpx.AsyncClient) -> None:
    assert await code(await client.get("/at/a%00b")) == (400, "nul-character")
    assert await code(await client.get("/at/a?q=%00")) == (400, "nul-character")


async def test_a_malformed_path_is_answered(client: httpx.AsyncClient) -> None:
    for path in ("/at/%ff%fe", "/at/%ed%a0%80", "/at/a?q=%ff", "/at/..%2f..%2fetc"):
        assert (await client.get(path)).status_code in {200, 404}


async def test_every_answer_has_the_security_headers(client: httpx.AsyncClient) -> None:
    for response in (await client.get("/at/x"), await client.get("/none"), await client.get("/livez")):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in response.headers["content-security-policy"]
        assert response.headers["referrer-policy"] == "no-referrer"


async def test_the_request_id_is_that_of_the_callers_trace(client: httpx.AsyncClient) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    response = await client.get("/at/x", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert response.headers["x-request-id"] == trace
    for garbage in ("garbage", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "x" * 2000):
        response = await client.get("/at/x", headers={"traceparent": garbage})
        assert len(response.headers["x-request-id"]) == 32
        assert response.headers["x-request-id"] != "0" * 32


async def test_a_body_that_never_ends_times_out() -> None:
    async def never() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    async def unreached(*_: object) -> None:
        raise AssertionError("the handler was called")

    limits = RequestLimits(unreached, body_seconds=0.05)
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [(b"content-length", b"5")]}
    with pytest.raises(RequestTimeout):
        await limits(scope, never, unreached)


async def test_a_client_that_leaves_midway_disturbs_nobody() -> None:
    async def unreached(*_: object) -> None:
        raise AssertionError("something was done for nobody")

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [(b"transfer-encoding", b"chunked")],
    }
    await RequestLimits(unreached)(scope, gone, unreached)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_whatever_is_accepted_can_be_stored(value: object) -> None:
    body = json.dumps(value).encode()
    texts = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in texts.replace("\\\\", ""):
        with pytest.raises(BadRequest):
            parse_strictly(body)
        return
    accepted = parse_strictly(body)
    assert accepted == value
    json.dumps(accepted, ensure_ascii=False).encode()


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_a_bad_request(body: bytes) -> None:
    with contextlib.suppress(BadRequest):
        parse_strictly(body)


def test_the_deepest_nesting_allowed_is_exact() -> None:
    parse_strictly(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    with pytest.raises(BadRequest):
        parse_strictly(b"[" * (MAX_DEPTH + 1) + b"1" + b"]" * (MAX_DEPTH + 1))
