"""A doorbell whose polls stretch faster and further than in life."""

from typing import Final

from shared.messaging.wakeup import FIRST_POLL, Wakeup

SLOWEST_POLL: Final = 4 * 3600.0
"""Seconds between the polls of an idle loop. In life it is one: a thousand days of those would be all there is to see."""
STRETCH: Final = 16
"""Each idle poll comes that much later than the one before. In life it is twice: twenty polls after every ring here."""


class Bell(Wakeup):
    """The first poll comes as soon as in life, so a lost ring is noticed as soon; the sixth comes after hours."""

    def __init__(self, first: float = FIRST_POLL) -> None:
        super().__init__(first, SLOWEST_POLL)

    async def wait(self, at_most: float | None = None) -> bool:
        rung = await super().wait(at_most)
        if not rung:
            self._pause = min(self._pause * STRETCH / 2, self._slowest)
        return rung
