"""Identifiers: UUID version 7 (RFC 9562), so that they sort by the time they were made.

Made from a clock and a source of randomness that are both passed in: under the simulator the same seed gives the same
identifiers.
"""

import random
import uuid
from typing import Protocol

from shared.kernel.clock import Clock


class IdSource(Protocol):
    """Where new identifiers come from."""

    def __call__(self) -> str:
        """A new UUIDv7 in its canonical text form."""
        ...


class Uuid7:
    """RFC 9562 §5.7 with a 12-bit counter in `rand_a` (method 1): identifiers made here never go backwards.

    A clock that jumps back would otherwise make a later event sort before an earlier one; the counter and the last
    timestamp carry on instead.
    """

    def __init__(self, clock: Clock, rng: random.Random | None = None) -> None:
        self._clock = clock
        self._rng = rng or random.SystemRandom()
        self._last_ms = 0
        self._counter = 0

    def __call__(self) -> str:
        now_ms = int(self._clock.now().timestamp() * 1000)
        if now_ms > self._last_ms:
            self._last_ms = now_ms
            self._counter = self._rng.getrandbits(8)  # a low start leaves room to count within the millisecond
        else:
            self._counter += 1
            if self._counter > 0xFFF:
                self._last_ms += 1
                self._counter = self._rng.getrandbits(8)
        value = (self._last_ms & 0xFFFF_FFFF_FFFF) << 80
        value |= 0x7 << 76 | self._counter << 64
        value |= 0b10 << 62 | self._rng.getrandbits(62)
        digits = f"{value:032x}"  # a `uuid.UUID` says the same in three times the time, and every event has an id
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


NAMESPACE = uuid.UUID("0193a0f0-0000-7000-8000-79616e7a6865")
"""Root of our name-based identifiers; never changed, since stored ids were derived from it."""


def derived_id(*parts: str) -> str:
    """The same identifier for the same parts, for ever (UUIDv5).

    Used where a repeated cause must meet its earlier effect, such as one message per event, recipient and channel.
    """
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))
