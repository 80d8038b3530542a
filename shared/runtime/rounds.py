"""What a process does again and again beside its work: read gauges, tell the audit trail's end, look through its stream.

None of it may end the process, and none of it may bury the log: a database or a broker that is away is told once, in our
own words, until a round succeeds again. Anything else is a fault of ours, with its trace, every time.
"""

from collections.abc import Awaitable, Callable

import structlog

from shared.eventstore.postgres.store import telling
from shared.kernel.errors import YanzhenError
from shared.messaging.bus import BusUnavailable, ReaderClosed

log = structlog.get_logger("rounds")


async def rounds(what: str, act: Callable[[], Awaitable[object]], pause: Callable[[], Awaitable[object]]) -> None:
    """Until cancelled: act, pause, and so on."""
    told = False
    while True:
        try:
            with telling():
                await act()
            told = False
        except (YanzhenError, BusUnavailable, ReaderClosed) as error:
            if not told:
                log.warning("round.skipped", what=what, reason=str(error))
            told = True
        except Exception:
            log.exception("round.failed", what=what)
        await pause()
