"""`/livez`, `/readyz`, `/metrics`: what an orchestrator and a monitor ask.

Alive means that the event loop turns; it looks at nothing else, or a database that is down would have every replica
restarted on top. Ready means that every registered check is green and nobody has begun to shut down.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog
from fastapi import APIRouter, Request
from prometheus_client.exposition import choose_encoder
from starlette.responses import JSONResponse, Response

from shared.kernel.errors import YanzhenError
from shared.observability.metrics import Metrics

CHECK_SECONDS: Final = 2.0

Check = Callable[[], Awaitable[str]]
"""Returns a word on what was found; raises when it is not well."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check went."""

    name: str
    ok: bool
    detail: str


class Health:
    """The checks of one service, registered by whatever they are about."""

    def __init__(self, *, check_seconds: float = CHECK_SECONDS) -> None:
        self._checks: dict[str, Check] = {}
        self._check_seconds = check_seconds
        self._red: frozenset[str] = frozenset()
        self.draining = False

    def register(self, name: str, check: Check) -> None:
        """Add a check; readiness waits for all of them, each for two seconds at the most."""
        if name in self._checks:
            raise ValueError(f"there is a check named {name} already")
        self._checks[name] = check

    def drain(self) -> None:
        """Say *not ready* from now on, so that traffic goes elsewhere before the service stops taking it."""
        self.draining = True

    async def results(self) -> list[CheckResult]:
        """Run every check, all at once."""
        results = list(await asyncio.gather(*(self._run(name, check) for name, check in self._checks.items())))
        if self.draining:
            results.append(CheckResult("draining", ok=False, detail="the service is shutting down"))
        self._log_changes(frozenset(result.name for result in results if not result.ok))
        return results

    async def _run(self, name: str, check: Check) -> CheckResult:
        try:
            async with asyncio.timeout(self._check_seconds):
                return CheckResult(name, ok=True, detail=await check())
        except TimeoutError:
            return CheckResult(name, ok=False, detail=f"no answer within {self._check_seconds:g} s")
        except YanzhenError as error:
            return CheckResult(name, ok=False, detail=str(error))
        except Exception as error:
            # The class alone: the text of a driver's error names hosts and users.
            return CheckResult(name, ok=False, detail=type(error).__name__)

    def _log_changes(self, red: frozenset[str]) -> None:
        """Once per change and not per probe, or a long outage would fill the log."""
        if red != self._red:
            _log.warning("readiness changed", red=sorted(red), recovered=sorted(self._red - red))
            self._red = red


def health_routes(health: Health, metrics: Metrics) -> APIRouter:
    """The three routes; left out of the OpenAPI document, which is for the service's clients."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    async def readyz() -> Response:
        results = await health.results()
        red = [result.name for result in results if not result.ok]
        checks = [{"name": result.name, "ok": result.ok, "detail": result.detail} for result in results]
        if not red:
            return JSONResponse({"status": "ready", "checks": checks})
        problem = {
            "type": "urn:yanzhen:problem:not-ready",
            "title": "Not ready",
            "status": 503,
            "code": "not-ready",
            "detail": f"red: {', '.join(red)}",
            "checks": checks,
        }
        return JSONResponse(problem, 503, media_type="application/problem+json")

    @router.get("/metrics")
    async def exposition(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(metrics.registry), headers={"content-type": content_type})

    return router
