"""What the broker has refused this process. nats-py only tells its error callback; the call itself looks well, or hangs."""

from collections.abc import Callable

import structlog

from shared.kernel.clock import monotonic
from shared.observability.metrics import Metrics
from shared.security.violation import REPLY, violation

REMEMBERED_SECONDS = 60.0
"""For how long one refusal keeps the service unready. Whatever is refused is tried again sooner than that (a reader after
12.5 s without a heartbeat, a door after 5 s), so it stays so as long as the cause does, and ends with it."""

log = structlog.get_logger(__name__)


class BrokerRefusals:
    """Counts and remembers them."""

    def __init__(self, metrics: Metrics, now: Callable[[], float] = monotonic) -> None:
        self._counter = metrics.broker_refusals
        self._now = now
        self._last: tuple[float, str] | None = None

    def note(self, error: Exception) -> bool:
        """Take an error of the client's; True if it was a refusal."""
        kind = violation(error)
        if kind is None:
            return False
        self._counter.labels(kind).inc()
        if kind == REPLY:
            log.info("broker.reply-came-too-late", reason=str(error))
            return True
        if self._last is None or self._now() - self._last[0] >= REMEMBERED_SECONDS:
            # Once per spell: what is refused is tried again and again.
            log.error("broker.refused", kind=kind, reason=str(error))
        self._last = (self._now(), kind)
        return True

    @property
    def reason(self) -> str | None:
        """What was refused lately, without the subject: this is shown to whoever asks for readiness."""
        if self._last is None or self._now() - self._last[0] >= REMEMBERED_SECONDS:
            return None
        return f"the broker refuses this identity a {self._last[1]}"
