"""Holds a lane back while nobody is there to take messages."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from services.notify.providers.outcome import Unreachable
from shared.kernel.clock import Clock

_FIRST: Final = 0.2
_LONGEST: Final = 10.0
log = structlog.get_logger("sender")


class Gate:
    """Shut at first and after every call that found nobody; opened by `knock`, asked ever more slowly.

    So an outage costs a message at most the one attempt that met it. Trying with the messages themselves would use up
    their few attempts within minutes.
    """

    def __init__(
        self, knock: Callable[[], Awaitable[None]], clock: Clock, name: str, on_change: Callable[[bool], None]
    ) -> None:
        """`knock` raises `Unreachable` while nobody is there. `on_change` is told whether it is shut."""
        self._knock = knock
        self._clock = clock
        self._name = name
        self._one_asks = asyncio.Lock()
        self._on_change = on_change
        self._shut = True

    @property
    def shut(self) -> bool:
        """Whether nobody may pass."""
        return self._shut

    @shut.setter
    def shut(self, shut: bool) -> None:
        self._shut = shut
        self._on_change(shut)

    async def passing(self) -> None:
        """Return when it is open."""
        pause = _FIRST
        async with self._one_asks:
            while self.shut:
                try:
                    await self._knock()
                except Unreachable as error:
                    log.warning("provider.nobody-there", provider=self._name, reason=str(error), seconds=pause)
                    await self._clock.sleep(pause)
                    pause = min(pause * 2, _LONGEST)
                else:
                    self.shut = False
