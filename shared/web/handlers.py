"""Every way a request can fail, turned into a problem."""

import http
from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.errors import YanzhenError
from shared.observability.tracing import current_trace_id
from shared.web.problem import Problem, presentable, problem_of, problem_response, problem_type
from shared.web.validation import field_errors

_log = structlog.get_logger(__name__)

Handler = Callable[[Request, Exception], Awaitable[Response]]

_CODES = {
    400: ("malformed-body", "the body cannot be read", "send what the OpenAPI document describes"),
    404: ("unknown-route", "there is nothing under this path", "see /openapi.json for the paths that exist"),
    405: ("method-not-allowed", "this path does not take this method", "see the Allow header"),
}
_HEADERS = {
    503: {"retry-after": "5"},
    # The rest of the body is still on its way; without this it would be read as the next request's beginning.
    408: {"connection": "close"},
    413: {"connection": "close"},
}


def install_handlers(app: FastAPI) -> None:
    """Make the application answer every failure of a handler as a problem."""
    app.add_exception_handler(YanzhenError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, YanzhenError)  # noqa: S101  # it is registered for this class
    return answer(error, request.url.path)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = error.errors()
    if any(one.get("type") == "json_invalid" for one in found):
        return _plain(request, 400, "malformed-json", "the body is not JSON", "check where it was cut or badly quoted")
    problem = _problem(request, 422, "invalid-input", "the input does not fit", "correct the fields under `errors`")
    return problem_response(problem.model_copy(update={"errors": field_errors(found)}))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    fallback = (f"http-{error.status_code}", "the request cannot be served", "")
    code, detail, remedy = _CODES.get(error.status_code, fallback)
    return _plain(request, error.status_code, code, detail, remedy, dict(error.headers or {}))


def answer(error: YanzhenError, path: str) -> Response:
    """The response to one of our errors; a server error is logged, since nobody else will tell us."""
    if error.status >= 500:
        _log.error("request failed", code=error.code, detail=error.detail, where=error.where)
    return problem_response(problem_of(error, instance=path), {**_HEADERS.get(error.status, {}), **_challenge(error)})


def _challenge(error: YanzhenError) -> dict[str, str]:
    """What RFC 6750 §3 has a server say to a client that lacks a token or has the wrong one."""
    if error.status == 401:
        reason = "" if error.code == "no-token" else ', error="invalid_token"'
        return {"www-authenticate": f'Bearer realm="yanzhen"{reason}'}
    if error.status == 403:
        return {"www-authenticate": 'Bearer realm="yanzhen", error="insufficient_scope"'}
    return {}


class ErrorBoundary:
    """Middleware that answers what no handler did: a fault of ours, told to nobody but the log.

    Starlette's own would raise it again for the server to log once more, past the redaction of the traceback.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if isinstance(error, YanzhenError):  # from a middleware, where no handler reaches
                response = answer(error, scope["path"])
            else:
                _log.exception("request failed unexpectedly", code="internal-error", error_type=type(error).__name__)
                response = problem_response(_unexpected(scope["path"]))
            if started:
                raise  # half a response is out: only a broken connection can say that it is not whole
            await response(scope, receive, send)


def _unexpected(path: str) -> Problem:
    return Problem(
        type=problem_type("internal-error"),
        title="Internal error",
        status=500,
        code="internal-error",
        detail="something went wrong on our side",
        remedy="try again; if it stays, report the trace id",
        instance=presentable(path),
        trace_id=current_trace_id(),
    )


def _plain(
    request: Request, status: int, code: str, detail: str, remedy: str, headers: dict[str, str] | None = None
) -> Response:
    return problem_response(_problem(request, status, code, detail, remedy), headers)


def _problem(request: Request, status: int, code: str, detail: str, remedy: str) -> Problem:
    return Problem(
        type=problem_type(code),
        title=http.HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        remedy=remedy or None,
        instance=presentable(request.url.path),
        trace_id=current_trace_id(),
    )
