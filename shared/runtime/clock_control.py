"""Moving the clock of a development stack: months pass at a word, so that deadlines can be seen to fire.

Refused outside development mode, where nobody listens on this subject.
"""

from collections.abc import Callable
from datetime import timedelta

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.kernel.clock import ShiftedClock
from shared.kernel.json import from_json, to_json

SUBJECT = "dev.clock"
log = structlog.get_logger(__name__)


async def listen(client: Client, clock: ShiftedClock, wake: Callable[[], None]) -> None:
    """Follow `move`. `wake` is called after each move: timers may have fallen due."""

    async def moved(message: Msg) -> None:
        seconds = float(from_json(message.data)["seconds"])
        clock.shift(timedelta(seconds=seconds))
        log.info("clock.moved", seconds=seconds, now=clock.now().isoformat())
        wake()

    await client.subscribe(SUBJECT, cb=moved)


async def move(client: Client, by: timedelta) -> None:
    """Move the clock of every service that listens."""
    await client.publish(SUBJECT, to_json({"seconds": by.total_seconds()}).encode())
    await client.flush()
