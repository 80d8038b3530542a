"""An event loop in a thread of its own: what lives on it goes on while the tests' loops come and go."""

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Background:
    """Runs from its making to `close`; a supervisor on it restarts what a test kills, whatever loop the test is on."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def do(self, work: Coroutine[Any, Any, T], seconds: float = 60) -> T:
        """Do it there, and wait here, where no loop runs."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    async def there(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it there, and wait for it on a loop of one's own."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
