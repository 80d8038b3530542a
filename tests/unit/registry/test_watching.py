"""A loop that looks for what has fallen due: at once when it begins, and a look that fails ends nothing."""

import asyncio

from services.registry.application.watching import watch
from shared.kernel.errors import Unavailable


async def test_a_watch_looks_at_once_and_survives_a_look_that_fails() -> None:
    looked = asyncio.Event()

    async def look() -> None:
        looked.set()
        raise Unavailable("store-unavailable", "the database is away", remedy="wait")

    running = asyncio.ensure_future(watch("something", look)())
    await looked.wait()
    await asyncio.sleep(0)
    assert not running.done()
    running.cancel()
    assert (await asyncio.gather(running, return_exceptions=True))[0].__class__ is asyncio.CancelledError
