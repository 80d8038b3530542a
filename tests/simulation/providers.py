"""The world's side of e-mail and SMS, and the adapter through which notify speaks to it.

What a provider took is kept by the world: it happens whether the caller lives to hear of it or not.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime

from services.notify.domain.vocabulary import Channel
from services.notify.providers.outcome import Absent, Declined, Finding, Found, NoAnswer, Outcome, Taken, Unreachable
from services.notify.providers.parcel import Parcel
from tests.simulation.history import History
from tests.simulation.store import short
from tests.simulation.tally import Tally

CALL_TIMEOUT = 10.0
"""Seconds that a call may take; the product's default."""


@dataclass
class ProviderTrouble:
    """Chances per call; `down`: nobody takes anything."""

    silent_before: float = 0.0
    silent_after: float = 0.0
    busy: float = 0.0
    no_receipt: float = 0.0
    twice: float = 0.0
    down: bool = False


@dataclass
class Carrier:
    """One channel in the world. Mail cannot be asked what became of a message, the SMS gateway can."""

    channel: Channel
    rng: random.Random
    history: History
    now: Callable[[], datetime]
    met: Tally
    trouble: ProviderTrouble = field(default_factory=ProviderTrouble)
    taken: Counter[str] = field(default_factory=Counter)
    delivered: dict[str, datetime] = field(default_factory=dict)
    on_taken: Callable[[str], None] = lambda _: None
    on_receipt: Callable[["Carrier", str], None] = lambda *_: None

    def take(self, message_id: str) -> None:
        """It is ours now."""
        self.taken[message_id] += 1
        self.history.add(self.channel, f"takes message {short(message_id)}")
        self.on_taken(message_id)
        loop = asyncio.get_running_loop()
        after = self.rng.choice((0.001, 0.5, 5.0, 60.0, 1800.0, 7200.0))
        loop.call_later(after, self._deliver, message_id, context=Context())

    def _deliver(self, message_id: str) -> None:
        self.delivered.setdefault(message_id, self.now())
        if self.rng.random() >= self.trouble.no_receipt:
            self.on_receipt(self, message_id)
        else:
            self.met["receipt lost"] += 1
        if self.rng.random() < self.trouble.twice:
            self.met["receipt twice"] += 1
            self.on_receipt(self, message_id)


class SimulatedProvider:
    """The port `Provider`, as one machine holds it."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self.name = f"simulated-{carrier.channel}"
        self.address: dict[str, str | int] = {}

    async def prepare(self) -> None:
        await asyncio.sleep(0.01)
        if self._carrier.trouble.down:
            self._carrier.met["provider away"] += 1
            raise Unreachable("nobody there")

    async def send(self, parcel: Parcel) -> Outcome:
        carrier, rng = self._carrier, self._carrier.rng
        trouble = carrier.trouble
        loop = asyncio.get_running_loop()
        if trouble.down:
            carrier.met["provider away"] += 1
            return Declined("unreachable", permanent=False, unreachable=True)
        drawn = rng.random()
        if drawn < trouble.silent_before:
            carrier.met["provider silent before"] += 1
            await asyncio.sleep(CALL_TIMEOUT)
            return NoAnswer("timeout")
        if drawn < trouble.silent_before + trouble.busy:
            carrier.met["provider busy"] += 1
            await asyncio.sleep(0.05)
            return Declined("421", permanent=False)
        travels = rng.uniform(0.001, 0.2)
        loop.call_later(travels, carrier.take, parcel.message_id, context=Context())
        if rng.random() < trouble.silent_after:
            carrier.met["provider silent after"] += 1
            await asyncio.sleep(CALL_TIMEOUT)
            return NoAnswer("timeout")
        await asyncio.sleep(2 * travels)
        return Taken(f"r-{parcel.message_id}")

    async def look_up(self, message_id: str) -> Finding:
        await asyncio.sleep(0.02)
        carrier = self._carrier
        if carrier.trouble.down:
            raise Unreachable("nobody there")
        if carrier.channel == "email":
            return None
        if not carrier.taken[message_id]:
            return Absent()
        at = carrier.delivered.get(message_id)
        return Found(f"r-{message_id}", True if at else None, "DELIVRD" if at else "", at)

    async def close(self) -> None:
        return
