import json
from collections.abc import AsyncIterator
from typing import Annotated, Literal

import httpx
import pytest
from fastapi import APIRouter, Query
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError, field_validator
from structlog.testing import capture_logs

from shared.kernel.errors import Refused, Unavailable
from shared.observability.trace_export import recorded_spans
from shared.web.app import create_app
from shared.web.problem import presentable
from shared.web.validation import field_errors, json_pointer

SECRET = "11010119900307002X"


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Person(BaseModel, extra="forbid"):
    name: Annotated[str, Field(min_length=2)]
    phones: list[Annotated[str, Field(pattern="^1[0-9]{10}$")]] = []
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    age: int = 0

    @field_validator("name")
    @classmethod
    def _not_hidden(cls, name: str) -> str:
        if "X" in name:
            raise ValueError(f"{name} is not a name")
        return name


router = APIRouter()


@router.post("/people")
async def add(person: Person) -> Person:
    return person


@router.get("/people")
async def find(limit: Annotated[int, Query(le=10)] = 1) -> int:
    return limit


@router.get("/refused")
async def refuse(secret: str = "") -> None:
    raise Refused("transfer-open", "a transfer is open", remedy="wait for it", where="member-1")


@router.get("/away")
async def away() -> None:
    raise Unavailable("database-away", "the database does not answer")


@router.get("/fault")
async def fail() -> None:
    raise RuntimeError(f"cannot handle {SECRET}")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(title="test", version="1", routers=[router], access_log=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


def problem(response: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    body: dict[str, object] = response.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"urn:yanzhen:problem:{code}"
    assert body["title"]
    assert body["detail"]
    return body


async def test_an_error_of_ours_says_what_where_and_what_to_do(client: httpx.AsyncClient) -> None:
    body = problem(await client.get("/refused?secret=1"), 409, "transfer-open")
    assert body["detail"] == "a transfer is open"
    assert body["remedy"] == "wait for it"
    assert body["where"] == "member-1"
    assert body["instance"] == "/refused"


async def test_a_problem_carries_the_trace_it_belongs_to(client: httpx.AsyncClient) -> None:
    with recorded_spans() as spans:
        response = await client.get("/refused")
    context = spans.all[0].context
    assert context is not None
    assert problem(response, 409, "transfer-open")["trace_id"] == f"{context.trace_id:032x}"
    assert response.headers["x-request-id"] == f"{context.trace_id:032x}"


async def test_what_is_temporarily_away_says_when_to_try_again(client: httpx.AsyncClient) -> None:
    response = await client.get("/away")
    problem(response, 503, "database-away")
    assert response.headers["retry-after"]


async def test_a_fault_of_ours_shows_nothing_of_its_inside_and_is_logged(client: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        response = await client.get("/fault")
    assert [(line["log_level"], line["error_type"]) for line in lines] == [("error", "RuntimeError")]
    problem(response, 500, "internal-error")
    assert SECRET not in response.text
    assert "RuntimeError" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_every_wrong_field_is_pointed_at_and_no_value_is_repeated(client: httpx.AsyncClient) -> None:
    sent = {
        "name": SECRET,
        "phones": ["13812345678", SECRET],
        "pet": {"kind": SECRET},
        "age": SECRET,
        "odd/~key": SECRET,
    }
    response = await client.post("/people", json=sent)
    body = problem(response, 422, "invalid-input")
    errors = body["errors"]
    assert isinstance(errors, list)
    assert {(error["location"], error["pointer"], error["code"]) for error in errors} == {
        ("body", "/name", "value-error"),
        ("body", "/phones/1", "string-pattern-mismatch"),
        ("body", "/pet", "union-tag-invalid"),
        ("body", "/age", "int-parsing"),
        ("body", "/odd~1~0key", "extra-forbidden"),
    }
    assert all(error["detail"] for error in errors)
    assert SECRET not in response.text


async def test_a_wrong_parameter_is_told_from_a_wrong_body(client: httpx.AsyncClient) -> None:
    body = problem(await client.get("/people?limit=4711"), 422, "invalid-input")
    errors = body["errors"]
    assert isinstance(errors, list)
    assert (errors[0]["location"], errors[0]["pointer"]) == ("query", "/limit")
    assert "4711" not in json.dumps(body)


async def test_a_thousand_errors_are_not_all_told(client: httpx.AsyncClient) -> None:
    body = problem(await client.post("/people", json={"name": "ab", "phones": ["x"] * 1000}), 422, "invalid-input")
    errors = body["errors"]
    assert isinstance(errors, list)
    assert len(errors) == 50


async def test_an_unknown_route_and_a_wrong_method_are_problems(client: httpx.AsyncClient) -> None:
    problem(await client.get("/nowhere"), 404, "unknown-route")
    problem(await client.get("/people/"), 404, "unknown-route")
    response = await client.delete("/refused")
    problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET"


async def test_a_body_that_is_not_declared_as_json_is_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.post("/people", content=b'{"name":"ab"}', headers={"content-type": "text/plain"})
    problem(response, 422, "invalid-input")


async def test_the_openapi_document_describes_the_problems_and_needs_no_other_site(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    responses = document["paths"]["/people"]["post"]["responses"]
    assert "application/problem+json" in responses["default"]["content"]
    assert "422" not in responses
    assert "FieldError" in document["components"]["schemas"]
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "/livez" not in document["paths"]
    for page in ("/docs", "/redoc"):
        problem(await client.get(page), 404, "unknown-route")


@given(st.lists(st.text()))
def test_a_pointer_can_always_be_encoded_and_split_again(parts: list[str]) -> None:
    pointer = json_pointer(parts)
    pointer.encode()
    assert pointer.count("/") == len(parts)


@given(st.text(max_size=2000))
def test_what_is_presented_can_be_encoded_and_has_an_end(text: str) -> None:
    shown = presentable(text)
    shown.encode()
    assert len(shown) <= 501
    assert "\x00" not in shown


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=30).filter(lambda s: len(s.strip()) > 3))
def test_no_error_of_any_built_in_type_repeats_the_input(text: str) -> None:
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal
    from ipaddress import IPv4Address
    from uuid import UUID

    class Everything(BaseModel):
        a: int
        b: float
        c: bool
        d: date
        e: datetime
        f: time
        g: timedelta
        h: Decimal
        i: UUID
        j: IPv4Address
        k: Literal["only"]
        m: dict[str, int]
        n: bytes | list[int]

    try:
        Everything.model_validate(dict.fromkeys(Everything.model_fields, text))
    except ValidationError as error:
        for told in field_errors([dict(one) for one in error.errors()]):
            assert text.strip() not in told.detail
