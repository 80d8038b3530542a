"""Every answer that a test gets, held against what the service's own `/openapi.json` says of it."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from fastapi import FastAPI
from jsonschema import Draft202012Validator

Hook = Callable[[httpx.Response], Awaitable[None]]


def as_documented(app: FastAPI) -> dict[str, list[Hook]]:
    """`event_hooks=` of a client: raises `AssertionError` for a success that is not as described."""
    operations: list[tuple[str, re.Pattern[str], dict[str, Any]]] = []

    async def check(response: httpx.Response) -> None:
        document = app.openapi()
        if not operations:
            operations.extend(
                (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operation)
                for path, methods in document["paths"].items()
                for method, operation in methods.items()
            )
        if not response.is_success:
            return  # a problem, whose form the handlers of errors keep
        asked = f"{response.request.method} {response.request.url.path}"
        found = [
            operation
            for method, path, operation in operations
            if method == response.request.method and path.fullmatch(response.request.url.path)
        ]
        if not found:
            return  # health and documents
        # `/transfers/{id}` matches what `/transfers/batch` says as well: one of them has to fit.
        wrong = [_wrong(document, operation, response) for operation in found]
        assert None in wrong, f"{asked} answers otherwise than documented: {wrong}"

    async def read(response: httpx.Response) -> None:
        await response.aread()
        await check(response)

    return {"response": [read]}


def _wrong(document: dict[str, Any], operation: dict[str, Any], response: httpx.Response) -> str | None:
    described = operation["responses"].get(str(response.status_code))
    if described is None:
        return f"{response.status_code} is not described"
    content = described.get("content", {}).get(response.headers.get("content-type", "").split(";")[0])
    if content is None:
        return f"{response.headers.get('content-type')} is not described"
    if not content.get("schema"):
        return None  # not JSON
    schema = content["schema"] | {"components": document["components"]}
    errors = [
        f"{one.json_path}: {one.message[:200]}" for one in Draft202012Validator(schema).iter_errors(response.json())
    ]
    return "; ".join(errors) or None
