"""The stream of outside messages on simulated time: durable, acknowledged, delivered again until it is."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from shared.messaging.bus import BusUnavailable
from tests.simulation.tally import Tally

ACK_WAIT = 30.0
"""Seconds after which an inbound message that nobody acknowledged is delivered again."""


@dataclass
class InboundMessage:
    """A message of an outside system as the broker keeps it."""

    sequence: int
    subject: str
    headers: Mapping[str, str]
    data: bytes


@dataclass
class InboundStream:
    """The stream of outside messages, and what each durable consumer has acknowledged."""

    rng: random.Random
    met: Tally
    messages: list[InboundMessage] = field(default_factory=list)
    open: dict[str, dict[int, float]] = field(default_factory=dict)
    ack_lost: float = 0.0

    def __post_init__(self) -> None:
        self._news = asyncio.Event()

    def publish(self, subject: str, headers: Mapping[str, str], data: bytes) -> None:
        """Take a message of an outside system."""
        message = InboundMessage(len(self.messages) + 1, subject, headers, data)
        self.messages.append(message)
        for pending in self.open.values():
            pending[message.sequence] = 0.0
        self._news.set()
        self._news = asyncio.Event()

    def unsettled(self) -> int:
        """Deliveries that nobody has acknowledged."""
        return sum(map(len, self.open.values()))

    def due(self, durable: str) -> InboundMessage | float | None:
        """The next message to deliver, or when there will be one again."""
        now = asyncio.get_running_loop().time()
        pending = self.open[durable]
        for sequence, again in pending.items():
            if again <= now:
                pending[sequence] = now + ACK_WAIT
                return self.messages[sequence - 1]
        return min(pending.values(), default=None)

    async def news(self) -> None:
        await self._news.wait()


class SimulatedInbound:
    """One machine's view of its service's durable consumer."""

    def __init__(self, stream: InboundStream, durable: str) -> None:
        self._stream = stream
        self._durable = durable
        stream.open.setdefault(durable, {})

    async def fetch(self) -> "list[SimulatedDelivery]":
        await asyncio.sleep(0)
        due = self._stream.due(self._durable)
        if isinstance(due, InboundMessage):
            return [SimulatedDelivery(due, self._stream, self._durable)]
        wait = None if due is None else due - asyncio.get_running_loop().time()
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._stream.news()
        return []

    async def close(self) -> None:
        return


class SimulatedDelivery:
    """A message in a machine's hands."""

    def __init__(self, message: InboundMessage, stream: InboundStream, durable: str) -> None:
        self.subject = message.subject
        self.headers = message.headers
        self.data = message.data
        self.sequence = message.sequence
        self._stream = stream
        self._durable = durable

    async def ack(self) -> None:
        await asyncio.sleep(0)
        if self._stream.rng.random() < self._stream.ack_lost:
            self._stream.met["outside ack lost"] += 1
            raise BusUnavailable("the acknowledgement did not arrive")
        self._stream.open[self._durable].pop(self.sequence, None)

    async def in_progress(self) -> None:
        self._stream.open[self._durable][self.sequence] = asyncio.get_running_loop().time() + ACK_WAIT
