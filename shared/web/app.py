"""A FastAPI application as every service has it: the same limits, problems, health and traces at every door."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from shared.observability.http import RequestTelemetry
from shared.observability.metrics import Metrics
from shared.security.access import refuse_undeclared
from shared.security.guard import Authentication, Guard
from shared.web.handlers import ErrorBoundary, install_handlers
from shared.web.headers import ResponseHeaders
from shared.web.health import Health, health_routes
from shared.web.limits import MAX_BODY, RequestLimits
from shared.web.openapi import openapi_of
from shared.web.query_parameters import DECLARED_ONLY
from shared.web.rate_limit import RateLimit, Rates

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(
    *,
    title: str,
    version: str,
    description: str = "",
    routers: Sequence[APIRouter] = (),
    documents: Sequence[APIRouter] = (),
    guard: Guard | None = None,
    health: Health | None = None,
    metrics: Metrics | None = None,
    lifespan: Lifespan | None = None,
    max_body: int = MAX_BODY,
    uploads: Mapping[str, int] | None = None,
    rates: Rates | None = None,
    access_log: bool = True,
) -> FastAPI:
    """Put a service's routers behind everything in `shared.web`.

    There is no documentation page, since FastAPI's loads its scripts from elsewhere; `/openapi.json` is served.
    Without `rates` nobody is refused for asking too often. `app.state.health` and `app.state.metrics` are the ones
    given, or new ones. `guard` keeps everybody out who has no
    token, but for `shared.security.guard.ANONYMOUS`, among which are `documents`; raises `LookupError` when a route does
    not say what it does. Without a guard no route that asks for access can be used. `uploads` are the paths to which files
    are posted, with the bytes of the largest.
    """
    if guard is not None:
        refuse_undeclared(routers)
    health = health or Health()
    metrics = metrics or Metrics()
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        # A redirect of a POST is something that half of all clients get wrong; a wrong path is said to be wrong.
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=[
            # Outermost first: the limits raise what the boundary answers, and all of it is timed, traced and logged.
            Middleware(RequestTelemetry, metrics=metrics, access_log=access_log),
            Middleware(ResponseHeaders),
            Middleware(ErrorBoundary),
            *([Middleware(RateLimit, address=rates.address, token=rates.token)] if rates else []),
            *([Middleware(Authentication, verifier=guard.verifier)] if guard else []),
            Middleware(RequestLimits, max_body=max_body, uploads=uploads),
        ],
    )
    app.state.health = health
    app.state.metrics = metrics
    app.state.guard = guard
    install_handlers(app)
    app.include_router(health_routes(health, metrics))
    for router in (*documents, *routers):
        app.include_router(router, dependencies=[DECLARED_ONLY])
    _serve_own_openapi(app)
    return app


def _serve_own_openapi(app: FastAPI) -> None:
    made: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not made:  # once, when first asked for: routes may be added until then
            made.update(openapi_of(app))
        return made

    app.openapi = document  # type: ignore[method-assign]  # the way FastAPI documents
