"""Looking again and again for what has fallen due, beside answering and following."""

from collections.abc import Awaitable, Callable

from shared.messaging.wakeup import Wakeup
from shared.runtime.definition import Loop
from shared.runtime.rounds import rounds


def watch(what: str, look: Callable[[], Awaitable[object]]) -> Loop:
    """A loop that looks every few minutes: for what is due on a day, and where two workers that look do no harm."""
    wakeup = Wakeup(first=30.0, slowest=600.0)

    async def run() -> None:
        await rounds(what, look, wakeup.wait)

    return run
