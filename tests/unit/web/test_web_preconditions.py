import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Body
from hypothesis import given
from hypothesis import strategies as st

from shared.web.app import create_app
from shared.web.errors import BadRequest
from shared.web.etag import ExpectedVersion, RequiredVersion, etag, parse_if_match
from shared.web.idempotency import (
    IdempotencyKey,
    OptionalIdempotencyKey,
    RequiredIdempotencyKey,
    fingerprint,
    parse_key,
)

router = APIRouter()


@router.put("/optional")
async def optional(version: ExpectedVersion) -> int | None:
    return version


@router.put("/required")
async def required(version: RequiredVersion) -> int:
    return version


@router.post("/keyed")
async def keyed(key: RequiredIdempotencyKey, body: Annotated[Any, Body()]) -> list[str]:
    return [key.key, key.fingerprint]


@router.post("/maybe")
async def maybe(key: OptionalIdempotencyKey) -> bool:
    return key is not None


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(title="test", version="1", routers=[router], access_log=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


@given(st.integers(0, 10**18 - 1))
def test_a_version_survives_its_entity_tag(version: int) -> None:
    assert parse_if_match([etag(version)]) == version


@pytest.mark.parametrize(
    "garbage", ['W/"7"', "7", '""', '"-1"', '"07"', '"7", "8"', '"x"', '"7', f'"{10**18}"', '"１"', ""]
)
def test_a_tag_that_is_not_ours_is_refused_and_never_ignored(garbage: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_if_match([garbage])
    assert refused.value.code == "bad-if-match"


@given(st.lists(st.text(), min_size=1))
def test_any_precondition_is_a_version_or_refused(values: list[str]) -> None:
    with contextlib.suppress(BadRequest):
        assert parse_if_match(values) is not None or values == ["*"]


async def test_a_route_gets_the_expected_version(client: httpx.AsyncClient) -> None:
    assert (await client.put("/optional")).json() is None
    assert (await client.put("/optional", headers={"if-match": "*"})).json() is None
    assert (await client.put("/optional", headers={"if-match": '"7"'})).json() == 7
    assert (await client.put("/required", headers={"if-match": '"0"'})).json() == 0
    refused = await client.put("/required")
    assert (refused.status_code, refused.json()["code"]) == (428, "if-match-required")
    refused = await client.put("/optional", headers=[("if-match", '"7"'), ("if-match", '"8"')])
    assert (refused.status_code, refused.json()["code"]) == (400, "bad-if-match")


@pytest.mark.parametrize("bad", ["", "a b", "x" * 129, "键", "a\tb", "\x00"])
def test_a_key_that_is_not_one_visible_word_is_refused(bad: str) -> None:
    with pytest.raises(BadRequest):
        parse_key([bad])
    with pytest.raises(BadRequest):
        parse_key(["a", "a"])


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=128))
def test_any_visible_word_is_a_key(key: str) -> None:
    assert parse_key([key]) == key


async def test_a_route_gets_the_key_and_the_fingerprint_of_what_was_asked(client: httpx.AsyncClient) -> None:
    key, digest = (await client.post("/keyed", json={"a": 1}, headers={"idempotency-key": "k1"})).json()
    assert key == "k1"
    assert digest == fingerprint("POST", "/keyed", b'{ "a":1 }')
    refused = await client.post("/keyed", json={})
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency-key-required")
    assert (await client.post("/maybe")).json() is False
    assert (await client.post("/maybe", headers={"idempotency-key": "k"})).json() is True


WRITTEN = IdempotencyKey("13812345678", fingerprint("POST", "/members", b'{"resident_id": "350102195001011005"}'))


def test_a_key_is_kept_as_its_callers_own_and_as_nothing_that_was_written() -> None:
    kept = WRITTEN.of("alice")

    assert kept == WRITTEN.of("alice")
    assert len({kept.key, kept.fingerprint, WRITTEN.of("bob").key, WRITTEN.of("bob").fingerprint}) == 4
    for text in (kept.key, kept.fingerprint):
        assert re.fullmatch("[0-9a-f]{64}", text)


def test_a_request_cannot_be_guessed_from_what_is_kept_without_its_key() -> None:
    """Who tries all requests has to try all keys as well."""
    another = replace(WRITTEN, key="another")

    assert another.of("alice").fingerprint != WRITTEN.of("alice").fingerprint
    assert WRITTEN.of("alice").fingerprint != WRITTEN.fingerprint


def test_bug_1600_a_caller_with_a_slash_in_its_name_is_nobody_else() -> None:
    assert IdempotencyKey("c", "f").of("a/b") != IdempotencyKey("b/c", "f").of("a")


def test_the_fingerprint_tells_requests_apart_by_meaning_only() -> None:
    base = fingerprint("POST", "/a", b'{"x": 1, "y": [1, 2]}')
    assert base == fingerprint("post", "/a", b'{"y":[1,2],"x":1}')
    others = [
        fingerprint("PUT", "/a", b'{"x": 1, "y": [1, 2]}'),
        fingerprint("POST", "/b", b'{"x": 1, "y": [1, 2]}'),
        fingerprint("POST", "/a", b'{"x": 1, "y": [2, 1]}'),
        fingerprint("POST", "/a", b'{"x": "1", "y": [1, 2]}'),
        fingerprint("POST", "/a", b""),
    ]
    assert len({base, *others}) == 6


@given(st.text(), st.text(), st.integers(0, 20))
def test_the_seam_between_path_and_body_cannot_be_moved(path: str, rest: str, at: int) -> None:
    moved = rest[:at]
    if moved:
        assert fingerprint("POST", path, rest.encode()) != fingerprint("POST", path + moved, rest[at:].encode())
