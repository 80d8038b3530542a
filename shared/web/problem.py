"""RFC 9457 problem details: what went wrong, in a form that a program and a person can both use.

A problem never repeats what was sent in: it ends up in logs and screenshots, and the value may be somebody's 身份证.
"""

import json
from collections.abc import Mapping

from pydantic import BaseModel, Field
from starlette.responses import Response

from shared.kernel.errors import YanzhenError
from shared.observability.tracing import current_trace_id

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One thing that is wrong with the input."""

    location: str = Field(description="body, query, path, header or cookie")
    pointer: str = Field(
        description="RFC 6901 pointer to the value, within its location", examples=["/contacts/0/phone"]
    )
    code: str = Field(description="stable name of what is wrong", examples=["missing"])
    detail: str


class Problem(BaseModel):
    """The body of every response with a status of 400 or more."""

    type: str = Field(examples=["urn:yanzhen:problem:transfer-open"])
    title: str
    status: int
    code: str = Field(description="stable name of the problem, to program against")
    detail: str = Field(description="what is wrong, for a person")
    remedy: str | None = Field(None, description="what to do about it")
    where: str | None = Field(None, description="the stream, row or setting concerned")
    instance: str | None = Field(None, description="the path that was asked for")
    trace_id: str | None = Field(None, description="give this to whoever looks after the service")
    errors: list[FieldError] | None = None


def problem_of(error: YanzhenError, *, instance: str | None = None) -> Problem:
    """An error of ours as a problem."""
    return Problem(
        type=problem_type(error.code),
        title=error.title,
        status=error.status,
        code=error.code,
        detail=presentable(error.detail),
        remedy=error.remedy or None,
        where=presentable(error.where) or None,
        instance=None if instance is None else presentable(instance),
        trace_id=current_trace_id(),
    )


def problem_type(code: str) -> str:
    """The URI that identifies the kind of problem."""
    return f"urn:yanzhen:problem:{code}"


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as a response; never cached."""
    return Response(
        json.dumps(problem.model_dump(exclude_none=True), ensure_ascii=False),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={"cache-control": "no-store", **(headers or {})},
    )


def presentable(text: str, limit: int = 500) -> str:
    """The text without what cannot be shown or encoded (lone surrogates, control characters), and not without end."""
    kept = "".join(character if character.isprintable() else "\ufffd" for character in text[:limit])
    return kept if len(text) <= limit else f"{kept}…"
