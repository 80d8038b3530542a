"""The OpenAPI document, corrected: errors are problems, in the media type they come in."""

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


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """FastAPI's own document says that a bad request gets its `HTTPValidationError`; here it gets a `Problem`."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
    )
    guarded = app.state.guard is not None
    for path in document.get("paths", {}).values():
        for operation in path.values():
            responses = operation["responses"]
            responses.pop("422", None)
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
    return document
