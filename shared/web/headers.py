"""Headers that every response carries."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.observability.tracing import current_trace_id, traceparent_of_current

REQUEST_ID: Final = "x-request-id"

_SECURITY: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    # Nothing here is ever framed or scripted; a route that serves a page sets its own.
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    # Heeded where TLS ends in front of us, ignored without TLS.
    "strict-transport-security": "max-age=31536000",
    "cross-origin-resource-policy": "same-origin",
    # Answers hold personal data: no proxy and no browser keeps a copy.
    "cache-control": "no-store",
}


class ResponseHeaders:
    """Middleware: safe defaults, which a route may override, and the trace id to quote when asking for help."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in _SECURITY.items():
                    headers.setdefault(name, value)
                if trace_id := current_trace_id():
                    headers[REQUEST_ID] = trace_id
                    headers["traceresponse"] = traceparent_of_current() or ""
            await send(message)

        await self._app(scope, receive, with_headers)
