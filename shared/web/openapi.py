"""The OpenAPI document, corrected: errors are problems, in the media type they come in."""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.web.problem import MEDIA_TYPE, Problem

_REFERENCE = {"$ref": "#/components/schemas/Problem"}


_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token of the identity provider whose claim `assignments` says which roles count where",
}
_CHALLENGE = {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "RFC 6750 §3"}}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": _REFERENCE}}}


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    """FastAPI mixes what a route says it answers (`shared.web.shapes`) with what its handler returns: any object."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    return schema | {"items": _described(schema["items"])} if "items" in schema else schema


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """FastAPI's own document says that a bad request gets its `HTTPValidationError`; here it gets a `Problem`."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        # One name per shape: in a client that is made from the document they are the names of its types.
        separate_input_output_schemas=False,
    )
    guarded = app.state.guard is not None
    for path in document.get("paths", {}).values():
        for operation in path.values():
            responses = operation["responses"]
            responses.pop("422", None)
            for response in responses.values():
                for content in response.get("content", {}).values():
                    content["schema"] = _described(content.get("schema", {}))
            responses["default"] = _problem("A problem")
            if guarded:
                responses["401"] = _problem("No token, or none that can be believed") | {"headers": _CHALLENGE}
                responses["403"] = _problem("None of the roles may do this, or not here") | {"headers": _CHALLENGE}
                operation["security"] = [{"bearer": []}]
    if guarded:
        document.setdefault("components", {})["securitySchemes"] = {"bearer": _BEARER}
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    _drop_unused(document)
    return document


def _drop_unused(document: dict[str, Any]) -> None:
    """What only `_described` took the place of."""
    text = json.dumps(document)
    schemas = document["components"]["schemas"]
    for name in [name for name in schemas if f'"#/components/schemas/{name}"' not in text]:
        del schemas[name]
