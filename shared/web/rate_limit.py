"""How often one client may ask: a token bucket per address and, for those that bring a token, one per token.

The address comes first, so that a stream of made-up tokens buys nothing. Health and metrics are never refused: an
orchestrator that gets no answer would kill a service for being busy.

Counted in this process alone: with n replicas a client has up to n times the rate. What must hold across replicas is the
gateway's to keep; this keeps one client from having all of one process.
"""

import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.kernel.clock import monotonic
from shared.web.errors import TooManyRequests
from shared.web.problem import problem_of, problem_response

FREE: Final = frozenset({"/livez", "/readyz", "/metrics"})
MOST_CLIENTS: Final = 10_000
"""Buckets kept, some 2 MB. Whoever was away longest is forgotten first, and then begins with a full bucket."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests per second in the long run, and how many may come at once after a rest."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Rates:
    """For one address, whoever is behind it, and for one token, wherever it is used from."""

    address: Rate
    token: Rate


class Buckets:
    """Token buckets by key, at most `most` of them."""

    def __init__(self, rate: Rate, *, most: int = MOST_CLIENTS, now: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._most = most
        self._now = now
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, key: str) -> float:
        """Take a token: 0 when there was one, else the seconds until there is."""
        now = self._now()
        tokens, since = self._kept.pop(key, (float(self._rate.burst), now))
        tokens = min(float(self._rate.burst), tokens + (now - since) * self._rate.per_second)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._rate.per_second
        self._kept[key] = (tokens if wait else tokens - 1, now)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return wait


class RateLimit:
    """Middleware that answers 429 with `Retry-After`, before a body is read or a token checked."""

    def __init__(self, app: ASGIApp, *, address: Rate, token: Rate, now: Callable[[], float] = monotonic) -> None:
        self._app = app
        self._addresses = Buckets(address, now=now)
        self._tokens = Buckets(token, now=now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wait = 0.0 if scope["type"] != "http" or scope["path"] in FREE else self._wait(scope)
        if not wait:
            await self._app(scope, receive, send)
            return
        seconds = max(1, math.ceil(wait))
        error = TooManyRequests(
            "too-many-requests", "this client asks more often than it may", remedy=f"wait {seconds} s, then go slower"
        )
        response = problem_response(problem_of(error, instance=scope["path"]), {"retry-after": str(seconds)})
        await response(scope, receive, send)

    def _wait(self, scope: Scope) -> float:
        client = scope.get("client")
        wait = self._addresses.take(str(client[0]) if client else "")
        if wait:
            return wait
        token = next((value for name, value in scope["headers"] if name == b"authorization"), None)
        # A digest: tokens are secrets, and as long as their senders like.
        return self._tokens.take(hashlib.blake2b(token, digest_size=16).hexdigest()) if token else 0.0
