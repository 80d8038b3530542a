"""One server span, one latency observation and one log line per request, under the route's template.

Never the query string, and the path only in the log: a template names no one, and keeps the number of series small.
"""

import re
import time
from types import SimpleNamespace
from typing import Any, Final

import structlog
from opentelemetry.trace import Span, SpanKind, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.observability.metrics import Metrics, exemplar
from shared.observability.redaction import REDACTED
from shared.observability.tracing import concerning, context_from, span

UNMATCHED: Final = "unmatched"
"""The route of a request that met none: the path itself is whatever a scanner thinks of."""

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PROBES: Final = frozenset({"/livez", "/readyz", "/metrics"})
"""Asked for every few seconds for ever, and of interest only when they fail."""

_FOREIGN: Final = re.compile(r"[^\x00-\x7f]+")

_log = structlog.get_logger(__name__)


class RequestTelemetry:
    """ASGI middleware, the outermost: whatever is inside runs within the request's span."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, access_log: bool = True) -> None:
        self._app = app
        self._metrics = metrics
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _PROBES:
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        status = 500  # what a request that dies without an answer counts as

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = time.perf_counter()
        with span(method, kind=SpanKind.SERVER, parent=context_from(_traceparent(scope))) as current:
            try:
                await self._app(scope, receive, watched)
            finally:
                seconds = time.perf_counter() - began
                route = route_template(scope)
                if current.is_recording():
                    _describe(current, scope, method, route, status)
                self._metrics.http_seconds.labels(route, method, str(status)).observe(seconds, exemplar())
                if self._access_log:
                    _log.info(
                        "request",
                        method=method,
                        route=route,
                        path=_ascii(scope["path"][:200]),
                        status=status,
                        milliseconds=round(seconds * 1000, 2),
                    )


def _describe(current: Span, scope: Scope, method: str, route: str, status: int) -> None:
    """By the semantic conventions of HTTP, but for `url.path`: whoever asks for a wrong path may have typed anything."""
    current.update_name(method if route == UNMATCHED else f"{method} {route}")
    current.set_attribute("http.request.method", method)
    current.set_attribute("http.response.status_code", status)
    current.set_attribute("url.scheme", scope.get("scheme", "http"))
    if route != UNMATCHED:
        current.set_attribute("http.route", route)
    if server := scope.get("server"):
        current.set_attribute("server.address", str(server[0]))
        if server[1] is not None:
            current.set_attribute("server.port", server[1])
    if status < 400:  # what is no id may be anything
        current.set_attributes(concerning(SimpleNamespace(**scope.get("path_params", {}))))
    if status >= 500:
        current.set_attribute("error.type", str(status))
        current.set_status(StatusCode.ERROR)


def _ascii(path: str) -> str:
    """No path of ours holds anything else. Who puts a name where an id belongs must not have it in the log."""
    return path if path.isascii() else _FOREIGN.sub(REDACTED, path)


def route_template(scope: Scope) -> str:
    """The template of the route that was met, with the prefixes of the routers around it; `unmatched` without one."""
    route: Any = scope.get("route")
    if route is None:
        return UNMATCHED
    # FastAPI from 0.13x on keeps a router's prefix out of its routes, and the whole path in here.
    effective: Any = scope.get("fastapi", {}).get("effective_route_context")
    return str(getattr(effective, "path", None) or getattr(route, "path", UNMATCHED))


def _traceparent(scope: Scope) -> str | None:
    values = [value for name, value in scope["headers"] if name == b"traceparent"]
    return values[0].decode("latin-1") if len(values) == 1 else None
