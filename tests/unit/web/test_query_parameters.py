"""Queries: what a route does not know, or is told twice, it does not pass over."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, Query

from shared.web.app import create_app
from shared.web.paging import Paging

router = APIRouter()


async def _of_a_dependency(area: Annotated[str, Query(alias="area-code")] = "") -> str:
    return area


@router.get("/things/{key}")
async def things(
    key: str, paging: Paging, area: Annotated[str, Depends(_of_a_dependency)], state: str = ""
) -> list[str | int]:
    return [key, paging.limit, area, state]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(title="test", version="1", routers=[router], access_log=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_what_a_route_or_its_dependencies_declare_is_taken(client: httpx.AsyncClient) -> None:
    answer = await client.get("/things/k?limit=7&area-code=350100&state=")
    assert (answer.status_code, answer.json()) == (200, ["k", 7, "350100", ""])


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("stat=open", [("/stat", "unknown-parameter")]),
        ("State=open", [("/State", "unknown-parameter")]),
        ("area=350100", [("/area", "unknown-parameter")]),  # its name in the code is none outside
        ("key=other", [("/key", "unknown-parameter")]),  # nor is a part of the path one of the query
        ("stat", [("/stat", "unknown-parameter")]),
        ("=x", [("/", "unknown-parameter")]),
        ("state=a&state=b", [("/state", "repeated-parameter")]),
        ("state=a&%73tate=a", [("/state", "repeated-parameter")]),
        ("limit=1&limit=2&x=1&x=2", [("/limit", "repeated-parameter"), ("/x", "unknown-parameter")]),
    ],
)
async def test_any_other_parameter_is_named_and_refused(
    client: httpx.AsyncClient, query: str, wrong: list[tuple[str, str]]
) -> None:
    answer = await client.get(f"/things/k?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert answer.headers["content-type"] == "application/problem+json"
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == wrong
    assert {one["location"] for one in answer.json()["errors"]} == {"query"}


async def test_the_names_that_somebody_makes_up_are_not_given_back_without_end(client: httpx.AsyncClient) -> None:
    answer = await client.get("/things/k?" + "&".join(f"made-up-{number}=13800000000" for number in range(900)))

    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 50
    assert "13800000000" not in answer.text


async def test_probes_may_carry_what_they_like(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez?_=1732330000")).status_code == 200
